"""The side bar of the admin: its pages, each for those who may see it."""

import copy
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from apiauth.admin.keys.expiry import badge


def _can_view(*permissions: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perms(permissions)


def _is_superuser(request: HttpRequest) -> bool:
    return request.user.is_superuser


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the side bar, with the number of keys to replace beside API keys."""
    groups = copy.deepcopy(NAVIGATION)
    keys = next(item for group in groups for item in group["items"] if item["icon"] == "key")
    if count := badge(request):
        keys |= {"badge": count, "badge_variant": "warning"}
    return groups


def _page(title: Any, icon: str, name: str, *permissions: str) -> dict[str, Any]:
    """Return an item of the side bar, which those see who have the permissions."""
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{name}"), "permission": _can_view(*permissions)}


def _is_of_uploads(request: HttpRequest) -> bool:
    return "/uploads/upload/" in request.path


def _is_of_upload_page(request: HttpRequest) -> bool:
    """Whether it is one of the upload page's steps, whose addresses begin with that of the list of uploads."""
    return _is_of_uploads(request) and ("/add/" in request.path or "/drafts/" in request.path)


NAVIGATION: list[dict[str, Any]] = [
    {"items": [_page(_("Dashboard"), "monitoring", "index")]},
    {
        "title": _("Receivables"),
        "items": [
            _page(_("Invoices"), "receipt_long", "receivables_invoice_changelist", "receivables.view_invoice"),
            _page(_("Customers"), "groups", "customers_customer_changelist", "customers.view_customer"),
        ],
    },
    {
        "title": _("Feeds"),
        "items": [
            _page(_("Uploads"), "history", "uploads_upload_changelist", "uploads.view_upload")
            | {"active": lambda request: _is_of_uploads(request) and not _is_of_upload_page(request)},
            _page(_("Upload a file"), "upload_file", "uploads_upload_add", "uploads.add_upload")
            | {"active": lambda request: _is_of_upload_page(request)},
        ],
    },
    {
        "title": _("Access"),
        "items": [
            _page(_("Accounts"), "domain", "apiauth_account_changelist", "apiauth.view_account"),
            _page(_("API keys"), "key", "apiauth_apikey_changelist", "apiauth.view_apikey"),
            _page(_("Staff"), "badge", "auth_user_changelist") | {"permission": _is_superuser},
            _page(_("Groups"), "shield_person", "auth_group_changelist") | {"permission": _is_superuser},
        ],
    },
]
