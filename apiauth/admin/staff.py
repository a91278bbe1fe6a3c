"""Users and groups in the look of the other pages. Superusers alone see them: they are of all accounts, and whoever
may change a user may make themselves one.
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import ManyToManyField
from django.http import HttpRequest
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from apiauth.admin.base import OfferedLookupsAdmin

admin.site.unregister([User, Group])


class ForSuperusers(OfferedLookupsAdmin):
    # Groups and permissions as boxes, each with its label: Django's own pair of lists has none, and needs a mouse.
    formfield_overrides: Any = {ManyToManyField: {"widget": UnfoldAdminCheckboxSelectMultipleWidget}}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


@admin.register(User)
class StaffAdmin(ForSuperusers, UserAdmin):  # type: ignore[misc]  # of another kind of rows, in its stubs
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "first_name", "last_name", "is_active", "is_superuser", "last_login"]
    list_filter = ["is_active", "is_superuser", "groups"]
    filter_horizontal = []


@admin.register(Group)
class StaffGroupAdmin(ForSuperusers, GroupAdmin):  # type: ignore[misc]
    filter_horizontal = []
