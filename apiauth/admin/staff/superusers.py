"""What the pages of staff and of groups share."""

from typing import Any

from django.db.models import ManyToManyField
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from apiauth.admin.base import OfferedLookupsAdmin


class ForSuperusers(OfferedLookupsAdmin):
    # Groups and permissions as boxes, each with its label: Django's own pair of lists has none, and needs a mouse.
    formfield_overrides: Any = {ManyToManyField: {"widget": UnfoldAdminCheckboxSelectMultipleWidget}}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission
