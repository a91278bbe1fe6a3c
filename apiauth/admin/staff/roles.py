"""The role of a person: the one of apiauth.groups that they belong to. Each may do what the one before it may."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

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


class ByRole(admin.SimpleListFilter):
    title, parameter_name = _("role"), "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [*NAMES.items(), ("superuser", _("Superuser"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        role = self.value()
        if role == "superuser":
            return queryset.filter(is_superuser=True)
        return queryset.filter(groups__name=role, is_superuser=False) if role in NAMES else queryset
