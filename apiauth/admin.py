"""Accounts and keys for staff, and the rule that nobody sees another account's rows."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apiauth.keys import KeyPair
from apiauth.models import Account, ApiKey, Scope


class OfferedLookupsAdmin(admin.ModelAdmin):
    """An admin whose lists can be filtered by what their filters offer, and by no other lookup in the address."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        filters: Any = self.get_list_filter(request)
        offered = {name if isinstance(name, str) else name[0] for name in filters}
        return re.sub("(__id)?(__exact|__isnull)?$", "", lookup) in offered


class OwnAccountsAdmin(OfferedLookupsAdmin):
    """An admin of rows that belong to an account: staff see, and may choose, only the accounts they are members of."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(account__in=Account.objects.visible_to(request.user))

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "account":
            kwargs["queryset"] = Account.objects.visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class OwnAccountsFilter(admin.RelatedFieldListFilter):
    """The filter by account, which names no account that the member of staff does not belong to."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(account.pk), str(account)) for account in Account.objects.visible_to(request.user)]


BY_OWN_ACCOUNT = ("account", OwnAccountsFilter)


class ReadOnlyAdmin(OwnAccountsAdmin):
    """An admin of rows that feeds own: staff look, the next upload writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Account)
class AccountAdmin(OfferedLookupsAdmin):
    list_display = ["name", "is_active", "amount_decimal_places", "created_at"]
    list_filter = ["is_active"]
    search_fields = ["name"]
    filter_horizontal = ["members"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        return Account.objects.visible_to(request.user)

    def get_exclude(self, request: HttpRequest, obj: Account | None = None) -> list[str]:
        return [] if request.user.is_superuser else ["members"]  # the choice would name everyone's staff


class ApiKeyForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices, widget=forms.CheckboxSelectMultiple, initial=list(Scope.values)
    )

    class Meta:
        model = ApiKey
        fields = ["account", "name", "scopes", "expires_at"]


@admin.register(ApiKey)
class ApiKeyAdmin(OwnAccountsAdmin):
    form = ApiKeyForm
    list_display = ["key", "name", "account", "scopes", "expires_at", "revoked_at", "last_used_at"]
    list_filter = [BY_OWN_ACCOUNT]
    list_select_related = ["account"]
    search_fields = ["key", "name"]
    readonly_fields = ["key", "revoked_at", "last_used_at", "created_at"]
    actions = ["revoke"]

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[Any]:
        return [*ApiKeyForm.Meta.fields, *(self.readonly_fields if obj else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        return [*self.readonly_fields, "account"] if obj else list(self.readonly_fields)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False  # a revoked pair stays, so that its uploads keep their sender

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if not change:
            obj.shown_once = obj.take_new_pair()  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None) -> HttpResponse:
        """Show the secret in the answer itself: through a redirect it would have to be kept somewhere."""
        pair: KeyPair = obj.shown_once  # type: ignore[attr-defined]
        context = self.admin_site.each_context(request) | {"title": "New key pair", "pair": pair, "api_key": obj}
        response = TemplateResponse(request, "admin/apiauth/apikey/shown_once.html", context)
        response["Cache-Control"] = "no-store"
        return response

    @admin.action(description="Revoke the selected key pairs", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        pairs = list(queryset.filter(revoked_at=None))
        for api_key in pairs:
            api_key.revoke()
        self.message_user(request, f"{len(pairs)} key pair(s) revoked; requests with them get 401 from now on.")
