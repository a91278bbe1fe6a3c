from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.db.models import ManyToManyField
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from apiauth.admin.base import OfferedLookupsAdmin
from apiauth.admin.staff.access import ROLES

admin.site.unregister(Group)


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
