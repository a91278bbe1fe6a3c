from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse


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
