"""How the admin looks and what its side bar offers: the settings of the theme (django-unfold)."""

import copy
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def _can_view(*permissions: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perms(permissions)


def _is_superuser(request: HttpRequest) -> bool:
    return request.user.is_superuser


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the side bar, with a number beside the keys that want to be replaced."""
    from apiauth.admin.expiry import badge  # models are not there yet when the settings are read

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
    """Whether it is one of the upload page's steps, all of which stand below the list of uploads."""
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

UNFOLD = {
    "SITE_TITLE": _("Receivables"),
    "SITE_HEADER": _("Receivables"),
    "SITE_SYMBOL": "account_balance",
    "SITE_URL": None,
    "LOGIN": {"form": "apiauth.login.names.LoginForm"},
    "BORDER_RADIUS": "6px",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("config/favicon.svg")}],
    "STYLES": [
        lambda request: static("config/admin.css"),
        lambda request: static("config/print.css"),
        lambda request: static("apiauth/access.css"),
    ],
    "SCRIPTS": [
        lambda request: static("config/icons.js"),
        lambda request: static("config/written.js"),
        lambda request: static("config/printing.js"),
    ],
    "DASHBOARD_CALLBACK": "config.dashboard.page.dashboard",
    "SIDEBAR": {"show_search": False, "navigation": navigation},
    "COLORS": {
        "primary": {  # a quiet teal: red, orange and green stay free for what they say of an amount
            "50": "oklch(98.4% .014 180.72)",
            "100": "oklch(95.3% .051 180.801)",
            "200": "oklch(91% .096 180.426)",
            "300": "oklch(85.5% .138 181.071)",
            "400": "oklch(77.7% .152 181.912)",
            "500": "oklch(70.4% .14 182.503)",
            "600": "oklch(51.1% .096 186.391)",
            "700": "oklch(43.7% .078 188.216)",
            "800": "oklch(38.6% .063 188.416)",
            "900": "oklch(31.2% .05 188.5)",
            "950": "oklch(27.7% .046 192.524)",
        }
    },
}
