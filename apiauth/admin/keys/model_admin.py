"""Key pairs: created, changed, shown. None is ever deleted, so that uploads keep their sender."""

from operator import methodcaller
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db import IntegrityError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from apiauth.admin import cells
from apiauth.admin.base import BY_OWN_ACCOUNT
from apiauth.admin.keys.actions import KeyActions, new_pair_page
from apiauth.admin.keys.forms import ChangedKeyForm, NewKeyForm, proposed_key
from apiauth.models import ApiKey, KeyState, Scope
from apiauth.quotas import quota_states
from config.admin.pages import LinksFilter

IDENTITY = ["key", "state_shown", "account", "name"]
ACTIVITY = ["created", "last_used", "revoked", "succession"]
USAGE = ["uploads", "quotas"]


class ByState(LinksFilter):
    title, parameter_name = gettext_lazy("state"), "state"
    options = {str(state): (state.label, methodcaller("in_state", state)) for state in KeyState}


class ByScope(LinksFilter):
    title, parameter_name = gettext_lazy("scope"), "scope"
    options = {str(scope): (scope.label, methodcaller("filter", scopes__contains=[scope])) for scope in Scope}


@admin.register(ApiKey)
class ApiKeyAdmin(KeyActions):
    list_display = ["pair", "account", "state_shown", "scopes_shown", "expires_shortly", "last_used_shortly"]
    list_filter = [ByState, BY_OWN_ACCOUNT, ByScope]
    list_select_related = ["account"]
    list_before_template = "admin/apiauth/apikey/expiring.html"
    search_fields = ["key", "name"]
    plain_choices = ("account",)
    readonly_fields = ["key", "state_shown", "scopes_shown", *ACTIVITY, *USAGE]

    def get_form(self, request: HttpRequest, obj: ApiKey | None = None, change: bool = False, **kwargs: Any) -> Any:
        if obj:
            return super().get_form(request, obj, change, **{"form": ChangedKeyForm} | kwargs)
        form: Any = super().get_form(request, obj, change, **{"form": NewKeyForm} | kwargs)
        form.user = request.user
        return form

    def get_fieldsets(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        if obj is None:
            return [
                (None, {"fields": ["account", "name", "scopes", "full_load_minutes", "expires_at", "proposed_key"]})
            ]
        scopes = "scopes" if self.has_change_permission(request, obj) else "scopes_shown"
        return [
            (None, {"fields": [*IDENTITY, scopes, "full_load_minutes", "expires_at"]}),
            (_("Activity"), {"fields": ACTIVITY}),
            (_("Usage"), {"fields": USAGE}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        return [*self.readonly_fields, "account"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        is_over = isinstance(obj, ApiKey) and obj.revoked_at is not None
        return not is_over and super().has_change_permission(request, obj)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"missed_soon": cells.missed_soon(request)} | (extra_context or {}))

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Create one pair for each form: a form that is sent again, at once or later, finds its pair."""
        try:
            return self._already_made(request) or super().add_view(request, *args, **kwargs)
        except IntegrityError:
            if (answer := self._already_made(request)) is None:
                raise
            return answer

    def _already_made(self, request: HttpRequest) -> HttpResponse | None:
        key = proposed_key(request.POST.get("proposed_key", ""), request.user)
        existing = self.get_queryset(request).filter(key=key).first() if key else None
        if existing is None or not self.has_add_permission(request):
            return None
        sentence = _(
            "This pair was already created and its secret was shown. If you missed the secret, replace the pair."
        )
        messages.warning(request, sentence)
        return redirect("admin:apiauth_apikey_change", existing.pk)

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if not change:
            obj.shown_once = obj.take_new_pair(form.cleaned_data["proposed_key"])  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None) -> HttpResponse:
        """Show the secret in the answer itself: for a redirect it would have to be stored."""
        return new_pair_page(request, obj, obj.shown_once)  # type: ignore[attr-defined]

    @display(description=gettext_lazy("Key pair"), ordering="name", header=True)
    def pair(self, api_key: ApiKey) -> list[str]:
        return [api_key.name or _("(no name)"), api_key.key]

    state_shown = cells.column(gettext_lazy("State"), cells.state_label)
    scopes_shown = cells.column(gettext_lazy("Scopes"), cells.scope_labels)

    @admin.display(description=gettext_lazy("Expires"), ordering="expires_at")
    def expires_shortly(self, api_key: ApiKey) -> SafeString | str:
        return "" if api_key.revoked_at else cells.coming(api_key.expires_at)

    last_used_shortly = cells.moment_column(
        "last_used_at", gettext_lazy("Last used"), cells.past, ordering="last_used_at"
    )
    created = cells.moment_column("created_at", gettext_lazy("Created"))
    last_used = cells.moment_column("last_used_at", gettext_lazy("Last used"))
    revoked = cells.moment_column("revoked_at", gettext_lazy("Revoked"))

    @admin.display(description=gettext_lazy("Replacements"))
    @cells.computed_once
    def succession(self, api_key: ApiKey) -> SafeString:
        pairs = api_key.succession()
        if len(pairs) == 1:
            return format_html("<p>{}</p>", _("This pair did not replace another pair and was not replaced."))
        rows = [{"pair": pair, "state": cells.state_label(pair), "is_this": pair.pk == api_key.pk} for pair in pairs]
        return render_to_string("admin/apiauth/apikey/succession.html", {"rows": rows})

    @admin.display(description=gettext_lazy("Uploads"))
    def uploads(self, api_key: ApiKey) -> SafeString:
        address = f"{reverse(settings.UPLOADS_PAGE_URL)}?api_key__id__exact={api_key.pk}"
        return format_html('<a class="link" href="{}">{}</a>', address, _("Uploads with this pair"))

    @admin.display(description=gettext_lazy("Requests"))
    @cells.computed_once
    def quotas(self, api_key: ApiKey) -> SafeString:
        return render_to_string("admin/apiauth/apikey/quotas.html", {"quota_states": quota_states(api_key)})
