from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from apiauth.admin.staff.roles import ROLES
from apiauth.admin.staff.superusers import ForSuperusers

admin.site.unregister(Group)


@admin.register(Group)
class StaffGroupAdmin(ForSuperusers, GroupAdmin):  # type: ignore[misc]  # of another kind of rows, in its stubs
    filter_horizontal = []

    def get_readonly_fields(self, request: HttpRequest, obj: Group | None = None) -> list[str]:
        """Roles are known by their names, and stay."""
        return ["name"] if obj and obj.name in ROLES else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not (obj and obj.name in ROLES) and super().has_delete_permission(request, obj)
