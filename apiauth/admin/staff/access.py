"""The state of a person's access (invited, active or ended), and their role: the one of apiauth.apps.GROUPS that they
belong to. Each role may do what the one before it may.
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Group, User
from django.db.models import ManyToManyField, Q, TextChoices
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from apiauth.admin import cells
from apiauth.admin.base import OfferedLookupsAdmin

admin.site.unregister(Group)


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
COLOURS = {PersonState.ACTIVE: "success", PersonState.INVITED: "warning"}


def state_of(person: User) -> PersonState:
    """Return the state that `CONDITIONS` find the person in."""
    if not person.is_active:
        return PersonState.DEACTIVATED
    if not person.is_staff:
        return PersonState.NO_STAFF
    return PersonState.ACTIVE if person.has_usable_password() else PersonState.INVITED


def state_label(person: User) -> SafeString:
    state = state_of(person)
    return cells.label(state.label, COLOURS.get(state, "default"))


class ByPersonState(admin.SimpleListFilter):
    title, parameter_name = _("state"), "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return PersonState.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        state = self.value()
        return queryset.filter(CONDITIONS[PersonState(state)]) if state in PersonState.values else queryset


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


class ForSuperusers(OfferedLookupsAdmin):
    """What the pages of groups and of staff share."""

    # Groups and permissions as boxes, each with its label: Django's own pair of lists has none, and needs a mouse.
    formfield_overrides: Any = {ManyToManyField: {"widget": UnfoldAdminCheckboxSelectMultipleWidget}}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


@admin.register(Group)
class StaffGroupAdmin(ForSuperusers, GroupAdmin):  # type: ignore[misc]  # of another kind of rows, in its stubs
    filter_horizontal = []

    def get_readonly_fields(self, request: HttpRequest, obj: Group | None = None) -> list[str]:
        """Roles are known by their names, and stay."""
        return ["name"] if obj and obj.name in ROLES else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not (obj and obj.name in ROLES) and super().has_delete_permission(request, obj)
