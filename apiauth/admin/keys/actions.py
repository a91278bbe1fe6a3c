"""What ends a pair: it is replaced or revoked. Both ask first, and both are logged."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action
from unfold.enums import ActionVariant

from apiauth.admin import cells
from apiauth.admin.base import OwnAccountsAdmin, list_address
from apiauth.admin.keys.forms import ReplacementForm, same_lifetime
from apiauth.models import ApiKey, CannotBeReplaced
from apiauth.models.keys import KeyPair
from config.admin.pages import admin_page, secret_page
from config.http.addresses import absolute

TRIED_ROW = '[{"customerNumber": "0000200400", "invoiceNumber": "SAMPLE-1", "invoiceAmount": 12112}]'


class KeyActions(OwnAccountsAdmin):
    """Of the admin of key pairs: its actions."""

    actions = ["revoke"]
    actions_detail = ["replace_one", "revoke_one"]

    def possible_actions(self, request: HttpRequest, row: ApiKey) -> list[str]:
        if row.revoked_at:
            return []
        return ["replace_one", "revoke_one"] if _is_replaceable(row) else ["revoke_one"]

    def has_replace_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    @admin.action(description=gettext_lazy("Revoke the selected key pairs…"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> HttpResponse | None:
        pairs = list(queryset.filter(revoked_at=None).select_related("account"))
        if not pairs:
            messages.warning(request, _("All selected key pairs are already revoked."))
            return None
        if "confirmed" not in request.POST:
            return self._confirm_revocation(request, pairs)
        self._revoke(request, pairs)
        return None

    @action(
        description=gettext_lazy("Revoke…"),
        url_path="revoke",
        permissions=["change"],
        icon="block",
        variant=ActionVariant.DANGER,
    )
    def revoke_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        api_key = self.existing(request, object_id)
        if request.method == "POST" and not api_key.revoked_at:
            self._revoke(request, [api_key])
        if request.method == "POST" or api_key.revoked_at:
            return redirect("admin:apiauth_apikey_change", api_key.pk)
        return self._confirm_revocation(request, [api_key], back=_page_of(api_key))

    def _confirm_revocation(self, request: HttpRequest, pairs: list[ApiKey], back: str = "") -> HttpResponse:
        title = ngettext("Revoke this key pair?", "Revoke these %(count)s key pairs?", len(pairs))
        rows = [(pair, cells.state_label(pair), cells.in_full(pair.last_used_at)) for pair in pairs]
        back_to = back or list_address(self.opts)
        context = {"opts": self.opts, "rows": rows, "is_action": not back, "back": back_to}
        return admin_page(request, "admin/apiauth/apikey/revoke.html", title % {"count": len(pairs)}, **context)

    @transaction.atomic
    def _revoke(self, request: HttpRequest, pairs: list[ApiKey]) -> None:
        for api_key in pairs:
            api_key.revoke()
            self.log_change(request, api_key, _("Revoked."))
        sentence = ngettext(
            "%(count)s key pair revoked; requests with it get 401 from now on.",
            "%(count)s key pairs revoked; requests with them get 401 from now on.",
            len(pairs),
        )
        messages.success(request, sentence % {"count": len(pairs)})

    @action(
        description=gettext_lazy("Replace…"),
        url_path="replace",
        permissions=["replace"],
        icon="autorenew",
    )
    def replace_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        api_key = self.existing(request, object_id)
        form = ReplacementForm(request.POST or None, initial={"expires_at": same_lifetime(api_key)})
        try:
            if request.method == "POST" and form.is_valid():
                return self._replaced(request, api_key, form)
        except CannotBeReplaced:
            return _cannot_be_replaced(request, api_key)
        if not _is_replaceable(api_key):
            return _cannot_be_replaced(request, api_key)
        context = {"opts": self.opts, "form": form, "api_key": api_key, "media": self.media + form.media}
        return admin_page(
            request, "admin/apiauth/apikey/replace.html", _("Replace a key pair"), back=_page_of(api_key), **context
        )

    @transaction.atomic
    def _replaced(self, request: HttpRequest, old: ApiKey, form: ReplacementForm) -> HttpResponse:
        new, pair = old.replace(form.overlap_length, form.cleaned_data["expires_at"])
        self.log_change(request, old, _("Replaced by %(key)s.") % {"key": new.key})
        self.log_addition(request, new, _("Replaces %(key)s.") % {"key": old.key})
        old.refresh_from_db(fields=["expires_at"])
        new.replaces = old
        return new_pair_page(request, new, pair)


def _is_replaceable(api_key: ApiKey) -> bool:
    return api_key.is_live and not hasattr(api_key, "successor")


def _page_of(api_key: ApiKey) -> str:
    return reverse("admin:apiauth_apikey_change", args=[api_key.pk])


def _cannot_be_replaced(request: HttpRequest, api_key: ApiKey) -> HttpResponse:
    successor = ApiKey.objects.filter(replaces=api_key).first()
    sentence = _("Only a pair that can still log in can be replaced. Create a new pair instead.")
    if successor:
        sentence = _("This pair was already replaced. The secret of the new pair was shown at that time.")
    messages.warning(request, sentence)
    return redirect(_page_of(successor or api_key))


def new_pair_page(request: HttpRequest, api_key: ApiKey, pair: KeyPair) -> HttpResponse:
    """Show a new pair in the one answer that ever holds its secret."""
    context = {
        "opts": ApiKey._meta,
        "api_key": api_key,
        "its_page": _page_of(api_key),
        "pair": pair,
        "whoami": absolute(request, reverse("whoami")),
        "upload": absolute(request, f"{reverse(settings.UPLOAD_INVOICES_URL)}?dryRun=true"),
        "tried_row": TRIED_ROW,
    }
    return secret_page(request, "admin/apiauth/apikey/shown_once.html", _("New key pair"), **context)
