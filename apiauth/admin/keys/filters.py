from functools import partial

from django.utils.translation import gettext_lazy as _

from apiauth.models import KeyState, Scope
from apiauth.models.keys import ApiKeyQuerySet
from config.admin.filters import LinksFilter


class ByState(LinksFilter):
    title, parameter_name = _("state"), "state"
    options = {str(state): (state.label, partial(ApiKeyQuerySet.in_state, state=state)) for state in KeyState}


def _with_scope(rows: ApiKeyQuerySet, scope: Scope) -> ApiKeyQuerySet:
    return rows.filter(scopes__contains=[scope])


class ByScope(LinksFilter):
    title, parameter_name = _("scope"), "scope"
    options = {str(scope): (scope.label, partial(_with_scope, scope=scope)) for scope in Scope}
