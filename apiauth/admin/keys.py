"""Key pairs: made, shown once, revoked."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apiauth.admin.base import BY_OWN_ACCOUNT, OwnAccountsAdmin
from apiauth.keys import KeyPair
from apiauth.models import ApiKey, Scope


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
