"""The role of a person: the one of apiauth.groups that they belong to. Each may do what the one before it may."""

from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from config.admin.filters import LinksFilter

ROLES: dict[str, Any] = {
    "Viewer": _("Viewer: can view invoices, customers and uploads"),
    "Collector": _("Collector: can also write notes, set tags and upload files"),
    "Administrator": _("Administrator: can also create and revoke API keys and set up accounts"),
}
NAMES: dict[str, Any] = {
    "Viewer": _("Viewer"),
    "Collector": _("Collector"),
    "Administrator": _("Administrator"),
}
NO_ROLE = ("", _("No role: the permissions under Advanced apply"))


def role_of(person: User) -> str:
    """Return the role; of several, the one that may do most."""
    groups = {group.name for group in person.groups.all()} if person.pk else set()
    return next((role for role in reversed(ROLES) if role in groups), "")


def _with_role(people: QuerySet[User], role: str) -> QuerySet[User]:
    return people.filter(groups__name=role, is_superuser=False)


def _superusers(people: QuerySet[User]) -> QuerySet[User]:
    return people.filter(is_superuser=True)


class ByRole(LinksFilter):
    title, parameter_name = _("role"), "role"
    options = {
        **{role: (name, partial(_with_role, role=role)) for role, name in NAMES.items()},
        "superuser": (_("Superuser"), _superusers),
    }
