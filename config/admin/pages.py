"""The admin's site and templates, pages that it lacks, and filters that refuse what they cannot answer."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.base import Origin
from django.template.loaders.app_directories import Loader
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

# A library of 200 kB on every page, for charts that none draws: the dashboard's are tables with bars.
UNUSED = {"unfold/layouts/skeleton.html": """<script src="{% static 'unfold/js/chart/chart.js' %}"></script>"""}


def admin_page(
    request: HttpRequest, template: str, title: Any, *, status: int = 200, **context: Any
) -> TemplateResponse:
    """Return a page that Django's admin does not have, within the admin's frame."""
    frame = admin.site.each_context(request) | {"title": title}
    return TemplateResponse(request, template, frame | context, status=status)


def secret_page(request: HttpRequest, template: str, title: Any, **context: Any) -> TemplateResponse:
    """Return a page that shows a secret once: no cache may store it."""
    response = admin_page(request, template, title, **context)
    response["Cache-Control"] = "no-store"
    return response


class LinksFilter(admin.SimpleListFilter):
    """A filter whose choices are links. `options` has the text of each value in the address, and what it finds.

    The choice stays while the form of the list's other filters is sent.
    """

    options: dict[str, tuple[Any, Callable[[Any], QuerySet[Any]]]]

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any):
        super().__init__(request, params, model, model_admin)
        self.lookup_kwarg, self.lookup_val = self.parameter_name, [self.value()]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(value, text) for value, (text, _find) in self.options.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None:
            return queryset
        if value not in self.options:
            messages.error(request, _("There is no such filter as “%(value)s”.") % {"value": value})
            return queryset.none()
        return self.options[value][1](queryset)


class AdminSite(UnfoldAdminSite):
    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return no list of all apps: the side bar has its own, and every page would check the permissions of all."""
        return super().get_app_list(request, app_label) if app_label else []


class LeanThemeLoader(Loader):
    """Finds templates in the apps, as Django's own does, and leaves out what is UNUSED."""

    def get_contents(self, origin: Origin) -> str:
        return super().get_contents(origin).replace(UNUSED.get(str(origin.template_name), "\0"), "")
