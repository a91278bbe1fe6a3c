"""Accounts: their settings, the staff who see them, and links to their lists."""

from collections.abc import Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from unfold.decorators import action
from unfold.views import ChangeList

from apiauth.admin import cells
from apiauth.admin.base import OF_ACCOUNT, OfferedLookupsAdmin, list_address
from apiauth.models import Account, ApiKey
from config.admin.pages import admin_page

# Of full loads: what passes any of them closes only when somebody confirms it.
LIMITS = [
    "closing_max_share",
    "closing_max_items",
    "closing_max_items_by_amount",
    "closing_max_amount",
    "closing_min_rows",
]

WHAT_LIMITS_DO = gettext_noop(
    "A full load closes the items that it lacks. One that would close more than these limits allow is withheld until "
    "somebody confirms it. A load of uploads that nobody counted has a quarter of the limits."
)


class AccountForm(forms.ModelForm):
    class Meta:
        model = Account
        fields = ["name", "upload_handling", "amount_decimal_places", *LIMITS, "members"]
        labels = {
            "name": gettext_lazy("Name"),
            "upload_handling": gettext_lazy("If a row of an upload is bad"),
            "amount_decimal_places": gettext_lazy("Decimal places of amounts"),
            "members": gettext_lazy("Members"),
            "closing_max_share": gettext_lazy("Largest share that closes by itself, in percent"),
            "closing_max_items": gettext_lazy("Items that close whatever their share is"),
            "closing_max_items_by_amount": gettext_lazy("Items that close whatever their amount is"),
            "closing_max_amount": gettext_lazy("Largest amount that closes by itself"),
            "closing_min_rows": gettext_lazy("Smallest size of a full load, in percent of the last one"),
        }
        help_texts = {
            "name": gettext_lazy("The name that your staff know. Senders see it in whoami."),
            "upload_handling": gettext_lazy(
                "What happens to the other rows of an upload when one row is bad. A sender can change it with the "
                "Prefer header."
            ),
            "amount_decimal_places": gettext_lazy(
                "0 to 4. The published contract has whole numbers: 0 refuses 12.5 with an error, 2 accepts 12.50. "
                "Amounts are never rounded, and stored amounts do not change."
            ),
            "members": gettext_lazy("Staff who see this account's data. Superusers see every account."),
            "closing_max_share": gettext_lazy(
                "A full load is withheld if more than this share of the open items of a company code would close, or "
                "of their amounts, and more items than the two numbers below."
            ),
            "closing_max_items": gettext_lazy("So many may close even if they are more than that share of the items."),
            "closing_max_items_by_amount": gettext_lazy(
                "So many may close even if they are more than that share of the amounts."
            ),
            "closing_max_amount": gettext_lazy(
                "For each company code and currency, whatever the share is. Leave it empty for no limit. Debits and "
                "credits are added without their signs."
            ),
            "closing_min_rows": gettext_lazy("A smaller one is withheld if anything would close."),
        }

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """Return a sum without the zeros of its column."""
        initial = super().get_initial_for_field(field, field_name)
        return f"{initial.normalize():f}" if isinstance(initial, Decimal) else initial


def with_last_uploads(accounts: Sequence[Any]) -> None:
    """Give each account `last_upload_at`, by one query for all of them."""
    last_uploads: Any = import_string(settings.LAST_UPLOADS)
    moments = last_uploads([account.pk for account in accounts])
    for account in accounts:
        account.last_upload_at = moments.get(account.pk)


class AccountList(ChangeList):
    """Accounts, those of the page with their last uploads."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        page: Any = self
        page.result_list = list(page.result_list)
        with_last_uploads(page.result_list)


@admin.register(Account)
class AccountAdmin(OfferedLookupsAdmin):
    form = AccountForm
    list_display = ["name", "state", "live_keys", "last_upload", "members_count", "amount_decimal_places"]
    list_filter = ["is_active"]
    search_fields = ["name"]
    autocomplete_fields = ["members"]
    readonly_fields = ["state", "live_keys", "last_upload", "created", "belongings"]
    actions_detail = ["disable", "enable"]
    plain_choices = ("members",)  # a person added by a short cut would not be one of them yet

    class Media:
        js = ["apiauth/members.js"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        """Add the live keys and the staff of each."""
        live = ApiKey.objects.live().filter(account=OuterRef("pk")).order_by().values("account")
        staff = Account.objects.filter(pk=OuterRef("pk")).order_by().values("pk")
        return Account.objects.visible_to(request.user).annotate(
            live_keys_count=Coalesce(Subquery(live.annotate(count=Count("pk")).values("count"), IntegerField()), 0),
            staff_count=Coalesce(Subquery(staff.annotate(count=Count("members")).values("count"), IntegerField()), 0),
        )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return AccountList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        account = super().get_object(request, object_id, from_field)
        with_last_uploads([account] if account else [])
        return account

    def get_fieldsets(self, request: HttpRequest, obj: Account | None = None) -> Any:
        """Names of staff are for superusers, who alone see the staff of all accounts."""
        members = ["members"] if request.user.is_superuser else []
        handling = ["upload_handling", "amount_decimal_places"]
        if obj is None:
            return [(None, {"fields": ["name", *handling, *members]})]
        return [
            (None, {"fields": ["name", "state", "live_keys", "last_upload", "created", "belongings"]}),
            (_("Upload settings"), {"fields": handling}),
            (_("Limits of full loads"), {"fields": LIMITS, "description": _(WHAT_LIMITS_DO)}),
            *([(_("Who sees this account"), {"fields": members})] if members else []),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Account | None = None) -> list[str]:
        """A name that exists already would show that there is an account that one must not know of."""
        return self.readonly_fields if request.user.is_superuser else [*self.readonly_fields, "name"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    has_delete_permission = has_add_permission

    def possible_actions(self, request: HttpRequest, row: Account) -> list[str]:
        return ["disable" if row.is_active else "enable"]

    @action(description=gettext_lazy("Disable…"), permissions=["change"], icon="block")
    def disable(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._switch(request, object_id, is_active=False)

    @action(description=gettext_lazy("Enable…"), permissions=["change"], icon="check_circle")
    def enable(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._switch(request, object_id, is_active=True)

    @transaction.atomic
    def _switch(self, request: HttpRequest, object_id: str, *, is_active: bool) -> HttpResponse:
        account = self.existing(request, object_id)
        page = reverse("admin:apiauth_account_change", args=[account.pk])
        if request.method == "POST":
            if account.is_active != is_active:
                Account.objects.filter(pk=account.pk).update(is_active=is_active)
                self.log_change(request, account, _("Enabled.") if is_active else _("Disabled."))
                closed = _("Requests with its keys get 403 from now on.")
                messages.success(request, _("Its keys can log in again.") if is_active else closed)
            return redirect(page)
        title = _("Enable this account?") if is_active else _("Disable this account?")
        context = {"opts": self.opts, "account": account, "is_active": is_active, "back": page}
        return admin_page(request, "admin/apiauth/account/switch.html", title, **context)

    @admin.display(description=gettext_lazy("State"), ordering="is_active")
    def state(self, account: Account) -> SafeString:
        return cells.label(_("active"), "success") if account.is_active else cells.label(_("disabled"), "danger")

    live_keys = cells.column(gettext_lazy("Live keys"), attrgetter("live_keys_count"), ordering="live_keys_count")
    members_count = cells.column(gettext_lazy("Members"), attrgetter("staff_count"), ordering="staff_count")
    last_upload = cells.moment_column("last_upload_at", gettext_lazy("Last upload"), cells.past)
    created = cells.moment_column("created_at", gettext_lazy("Created"))

    @admin.display(description=gettext_lazy("Related lists"))
    @cells.computed_once
    def belongings(self, account: Account) -> SafeString:
        models: Any = [relation.related_model for relation in Account._meta.related_objects]  # with rows of accounts
        lists = [
            (model._meta.verbose_name_plural, list_address(model._meta, f"{OF_ACCOUNT}={account.pk}"))
            for model in models
            if model in admin.site._registry
        ]
        return render_to_string("admin/apiauth/account/belongings.html", {"lists": lists})
