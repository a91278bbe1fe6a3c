"""The lists that a member of staff saved: shown above the list, saved and deleted there."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from apiauth.admin.base import list_address
from apiauth.models.saved_lists import LONGEST_QUERY, SavedList, normalized_query
from config.http.pages import redirect_unless_posted

MOST = 20


class SavedListForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=40)
    query = forms.CharField(label=_("Filters"), max_length=LONGEST_QUERY)

    def clean_query(self) -> str:
        query = normalized_query(self.cleaned_data["query"])
        if not query or len(query) > LONGEST_QUERY:
            raise forms.ValidationError(_("Choose at least one filter, but not too many."))
        return query


class SavedListsAdmin(ModelAdmin):
    """An admin whose list can be saved with its filters; the saved names are shown above it."""

    def get_urls(self) -> list[URLPattern]:
        label = f"{self.opts.app_label}_{self.opts.model_name}"
        posted = redirect_unless_posted(lambda request, **named: list_address(self.opts))
        save, forget = (self.admin_site.admin_view(posted(view)) for view in (self.save_list, self.forget_list))
        own = [
            path("saved/", save, name=f"{label}_save_list"),
            path("saved/<int:pk>/forget/", forget, name=f"{label}_forget_list"),
        ]
        return own + super().get_urls()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {} if request.GET.get("_popup") or not self.has_view_permission(request) else self._saved(request)
        return super().changelist_view(request, context | (extra_context or {}))

    def _saved(self, request: HttpRequest) -> dict[str, Any]:
        query = normalized_query(request.GET.urlencode())
        saved = list(self.own_lists(request))
        current = next((one for one in saved if one.query == query), None)
        return {"list_query": query, "saved_lists": saved, "current_list": current}

    def own_lists(self, request: HttpRequest) -> Any:
        return SavedList.objects.filter(owner=request.user.pk, rows=self.opts.label_lower)

    def save_list(self, request: HttpRequest) -> HttpResponse:
        """Save the filters under a name, in place of those that had it before."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = SavedListForm(request.POST)
        own = self.own_lists(request)
        if not form.is_valid():
            for name, errors in form.errors.items():
                messages.error(request, f"{form.fields[name].label}: {' '.join(map(str, errors))}")
            return self._list(normalized_query(request.POST.get("query", "")[:LONGEST_QUERY]))
        name, query = form.cleaned_data["name"], form.cleaned_data["query"]
        if own.exclude(name=name).count() >= MOST:
            messages.error(request, _("You already have %(most)d saved lists. Delete one first.") % {"most": MOST})
        else:
            own.update_or_create(
                owner_id=request.user.pk, rows=self.opts.label_lower, name=name, defaults={"query": query}
            )
        return self._list(query)

    def forget_list(self, request: HttpRequest, pk: int) -> HttpResponse:
        saved = self.own_lists(request).filter(pk=pk).first()
        if saved is None:
            raise PermissionDenied
        saved.delete()
        return self._list(saved.query)

    def _list(self, query: str) -> HttpResponse:
        return HttpResponseRedirect(list_address(self.opts, query))
