"""The state of a person's access: invited, active or ended."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import User
from django.db.models import Q, TextChoices
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apiauth.admin import cells


class PersonState(TextChoices):
    ACTIVE = "active", _("active")
    INVITED = "invited", _("has not set a password yet")
    DEACTIVATED = "deactivated", _("deactivated")
    NO_STAFF = "no_staff", _("may not log in here")


HAS_NO_PASSWORD = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX) | Q(password="")
CONDITIONS = {
    PersonState.ACTIVE: Q(is_active=True, is_staff=True) & ~HAS_NO_PASSWORD,
    PersonState.INVITED: Q(is_active=True, is_staff=True) & HAS_NO_PASSWORD,
    PersonState.DEACTIVATED: Q(is_active=False),
    PersonState.NO_STAFF: Q(is_active=True, is_staff=False),
}
COLOURS = {
    PersonState.ACTIVE: "success",
    PersonState.INVITED: "warning",
    PersonState.DEACTIVATED: "default",
    PersonState.NO_STAFF: "default",
}


def state_of(person: User) -> PersonState:
    """Return the state that `CONDITIONS` find the person in."""
    if not person.is_active:
        return PersonState.DEACTIVATED
    if not person.is_staff:
        return PersonState.NO_STAFF
    return PersonState.ACTIVE if person.has_usable_password() else PersonState.INVITED


def state_label(person: User) -> SafeString:
    state = state_of(person)
    return cells.label(state.label, COLOURS[state])


class ByPersonState(admin.SimpleListFilter):
    title, parameter_name = _("state"), "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return PersonState.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        state = self.value()
        return queryset.filter(CONDITIONS[PersonState(state)]) if state in PersonState.values else queryset
