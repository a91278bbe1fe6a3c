"""The side bar of the admin: its pages, each for those who may see it."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from apiauth.admin.cells import badge


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the side bar, with the number of keys to replace beside API keys."""
    is_uploads = "/uploads/upload/" in request.path
    # All steps of the upload page have addresses below that of the list of uploads.
    is_upload_page = is_uploads and ("/add/" in request.path or "/drafts/" in request.path)
    expiring = badge(request)
    return [
        {"items": [_page(_("Dashboard"), "monitoring", "index")]},
        {
            "title": _("Receivables"),
            "items": [
                _page(_("Invoices"), "receipt_long", "receivables_invoice_changelist", "receivables.view_invoice"),
                _page(_("Customers"), "groups", "customers_customer_changelist", "customers.view_customer"),
                _item(_("Aging"), "calendar_month", reverse("aging-page"), "receivables.view_invoice"),
                _item(_("Reconcile"), "balance", reverse("reconcile-page"), "receivables.view_invoice"),
                _item(_("Movements"), "swap_vert", reverse("movements-page"), "receivables.view_invoice"),
            ],
        },
        {
            "title": _("Feeds"),
            "items": [
                _page(_("Uploads"), "history", "uploads_upload_changelist", "uploads.view_upload")
                | {"active": is_uploads and not is_upload_page},
                _page(_("Full loads"), "rule", "uploads_fullload_changelist", "uploads.view_fullload"),
                _page(_("Upload a file"), "upload_file", "uploads_upload_add", "uploads.add_upload")
                | {"active": is_upload_page},
            ],
        },
        {
            "title": _("Access"),
            "items": [
                _page(_("Accounts"), "domain", "apiauth_account_changelist", "apiauth.view_account"),
                _page(_("API keys"), "key", "apiauth_apikey_changelist", "apiauth.view_apikey")
                | ({"badge": expiring, "badge_variant": "warning"} if expiring else {}),
                _page(_("Staff"), "badge", "auth_user_changelist") | {"permission": _is_superuser},
                _page(_("Groups"), "shield_person", "auth_group_changelist") | {"permission": _is_superuser},
            ],
        },
    ]


def _page(title: str, icon: str, name: str, *permissions: str) -> dict[str, Any]:
    return _item(title, icon, reverse(f"admin:{name}"), *permissions)


def _item(title: str, icon: str, link: str, *permissions: str) -> dict[str, Any]:
    """Return an item of the side bar, which those see who have the permissions."""
    return {"title": title, "icon": icon, "link": link, "permission": lambda one: one.user.has_perms(permissions)}


def _is_superuser(request: HttpRequest) -> bool:
    return request.user.is_superuser
