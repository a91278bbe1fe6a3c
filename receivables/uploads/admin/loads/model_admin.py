"""Full loads: what each company code's lacked, and the list of all."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.views import ChangeList

from apiauth.admin.base import BY_OWN_ACCOUNT, ReadOnlyAdmin, TitledFilter, listed_accounts
from apiauth.admin.cells import column
from receivables.admin.invoices.filters import EXACT_PREFIX
from receivables.admin.shared.cells import two_lines
from receivables.admin.shared.filters import CheckedFilter, text_field
from receivables.money import shown
from receivables.uploads.admin.loads.by_code import MOST, code_lines, sums
from receivables.uploads.admin.loads.pages import LoadPages
from receivables.uploads.admin.loads.renumbering import renumbering_address
from receivables.uploads.admin.loads.texts import code_names, items_text, moment, size_text, state_label
from receivables.uploads.loads.expiry import expire
from receivables.uploads.models import FullLoad, LoadedCode


class StateFilter(TitledFilter, admin.ChoicesFieldListFilter):
    heading = _("state")


class FormFilter(TitledFilter, admin.ChoicesFieldListFilter):
    heading = _("how it came")


class CompanyCodeFilter(CheckedFilter):
    """Loads of a company code; `=` is the blank one."""

    title, parameter_names = _("Company code"), ["company_code"]
    form_fields = {"company_code": text_field(title, max_length=33)}

    def condition(self, values: dict[str, Any]) -> Q:
        return Q(company_codes__contains=[self.code_of(values["company_code"])])

    @staticmethod
    def code_of(text: str) -> str:
        return text.removeprefix(EXACT_PREFIX)

    def value_text(self, name: str, value: str) -> str:
        return code_names([self.code_of(value)])


class LoadList(ChangeList):
    """The list, which begins with a table of the company codes."""

    @property
    def by_code(self) -> dict[str, Any]:
        accounts = listed_accounts(self.request)
        loaded = LoadedCode.objects.filter(account__in=accounts)
        if code := self.request.GET.get("company_code"):
            loaded = loaded.filter(company_code=CompanyCodeFilter.code_of(code.strip()))
        lines = code_lines(loaded, accounts)
        of_lines = {line.last.account_id: line.last.account for line in lines[:MOST]}
        return {
            "lines": lines[:MOST],
            "most": MOST if len(lines) > MOST else None,
            "renumbering": [(account.name, renumbering_address(account=pk)) for pk, account in of_lines.items()],
        }

    @property
    def names_accounts(self) -> bool:
        return len(listed_accounts(self.request)) > 1

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.request = request


@admin.register(FullLoad)
class FullLoadAdmin(LoadPages, ReadOnlyAdmin):
    list_display = ["time", "codes_shown", "state_shown", "rows", "missing", "sent_by"]
    list_filter = [("state", StateFilter), CompanyCodeFilter, BY_OWN_ACCOUNT, ("form", FormFilter)]
    list_filter_submit = True
    list_fullwidth = True
    list_before_template = "admin/uploads/fullload/by_code.html"
    list_per_page = 50
    ordering = ["-began_at"]
    show_full_result_count = False

    class Media:
        css = {"all": ["receivables/rows.css", "uploads/uploads.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[FullLoad]:
        """Each load comes with its company codes, which are found by the account; those that are due have expired."""
        expire(*listed_accounts(request))
        codes = LoadedCode.objects.filter(account__in=listed_accounts(request))
        own: QuerySet[FullLoad] = super().get_queryset(request).select_related("account", "api_key")
        return own.prefetch_related(Prefetch("codes", codes.order_by("company_code")))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return LoadList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = {"title": _("Full loads"), "subtitle": None}
        return super().changelist_view(request, title | (extra_context or {}))

    @display(description=_("Time"), ordering="began_at")
    def time(self, load: FullLoad) -> SafeString:
        return format_html('<span class="figure is-time">{}</span>', moment(load.began_at))

    codes_shown = column(_("Company codes"), lambda load: two_lines(code_names(load.company_codes), load.account))
    state_shown = column(_("State"), state_label, ordering="state")
    rows = column(_("Items in it"), lambda load: _figure(size_text(load)))

    @display(description=_("Missing in it"))
    def missing(self, load: Any) -> SafeString | None:
        """Return how many items the load lacked, and what was owed on them."""
        missing = [tally for loaded in load.codes.all() for tally in loaded.missing]
        if not missing:
            return None
        amounts = [shown(amount, currency) for currency, amount in sums(missing, "amount").items()]
        return two_lines(items_text(sum(tally["items"] for tally in missing)), " · ".join(amounts))

    @display(description=_("Sent by"))
    def sent_by(self, load: FullLoad) -> SafeString:
        return two_lines(sender_of(load), capfirst(load.get_form_display()))


def _figure(text: str | None) -> SafeString | None:
    return format_html('<span class="figure">{}</span>', text) if text else None


def sender_of(load: FullLoad) -> str:
    return (load.api_key.name or load.api_key.key) if load.api_key else load.staff_username
