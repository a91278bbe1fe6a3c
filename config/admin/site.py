from typing import Any

from django.http import HttpRequest
from unfold.sites import UnfoldAdminSite


class AdminSite(UnfoldAdminSite):
    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return no list of all apps: the side bar has its own, and every page would check the permissions of all."""
        return super().get_app_list(request, app_label) if app_label else []
