"""Leave for the next full load of a company code to bring items under other spellings of their numbers."""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from apiauth.admin.base import accounts_of
from apiauth.models import Account
from config.admin.pages import admin_page
from receivables.uploads.admin.company_codes import LONGEST_CODE, MOST_BOXES, CompanyCodesField
from receivables.uploads.admin.loads.texts import code_name, moment, named_codes
from receivables.uploads.loads.messages import RENUMBERED
from receivables.uploads.models import FullLoad, LoadedCode, RenumberingPass, Upload

LIFETIME = timedelta(days=1)


class Subject(NamedTuple):
    """Whose next load may pass: an account, the company codes that are meant, and all that are known of it."""

    account: Account
    codes: list[str]
    known: list[str]


class PassForm(forms.Form):
    """The company codes of which the next full load may pass; the blank one is one, too."""

    codes = forms.MultipleChoiceField(
        label=gettext_lazy("Company codes"), required=False, widget=forms.CheckboxSelectMultiple
    )
    other = forms.CharField(
        label=gettext_lazy("Another company code"),
        required=False,
        max_length=LONGEST_CODE,
        widget=UnfoldAdminTextInputWidget(),
    )

    def __init__(self, subject: Subject, sent: Any = None):
        super().__init__(sent, initial={"codes": [_value(code) for code in subject.codes]})
        if len(subject.known) > MOST_BOXES:
            del self.fields["other"]
            self.fields["codes"] = CompanyCodesField(label=_("Company codes"), required=False)
            self.initial["codes"] = subject.codes
            return
        codes: Any = self.fields["codes"]
        codes.choices = [(_value(code), code_name(code)) for code in subject.known]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        codes = set(cleaned.get("codes", []))
        if "other" in self.fields:
            codes = {value.removeprefix("=") for value in codes}
        codes |= {cleaned["other"]} if cleaned.get("other") else set()
        if not codes and not self.errors:
            raise forms.ValidationError(_("Choose at least one company code."))
        return cleaned | {"codes": sorted(codes)}


def _value(code: str) -> str:
    """Return a company code as a form sends it, in which an empty value would be none."""
    return f"={code}"


class RenumberingPages:
    """Of the admin of full loads: the page that lets the next load of some company codes pass."""

    admin_site: Any
    opts: Any

    def renumbering_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.renumbering_view)
        return [path("renumbering/", view, name="uploads_fullload_renumbering")]

    def renumbering_view(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("uploads.confirm_fullload"):
            raise PermissionDenied
        subject = _subject(request)
        if "withdraw" in request.POST:
            return self._withdrawn(request, subject.account)
        form = PassForm(subject, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            return self._let_pass(request, subject.account, form.cleaned_data["codes"])
        context = {"form": form, "subject": subject, "passes": list(_valid(subject.account)), "opts": self.opts}
        title, template = _("Let the next full load renumber items"), "admin/uploads/fullload/renumbering.html"
        return admin_page(request, template, title, status=400 if form.errors else 200, **context)

    @transaction.atomic
    def _let_pass(self, request: HttpRequest, account: Account, codes: list[str]) -> HttpResponse:
        until = timezone.now() + LIFETIME
        # Leave that a load used which came to nothing is valid, too.
        _valid(account).filter(company_code__in=codes).exclude(used_by=None).delete()
        given = {"expires_at": until, "staff_username": request.user.get_username()}
        unused = RenumberingPass.objects.filter(account=account, company_code__in=codes, used_by=None)
        unused.update(**given)
        new = set(codes) - set(unused.values_list("company_code", flat=True))
        RenumberingPass.objects.bulk_create(
            RenumberingPass(account=account, company_code=code, **given) for code in sorted(new)
        )
        text = _("Until %(until)s the next full load may renumber items.") % {"until": moment(until)}
        LogEntry.objects.log_actions(str(request.user.pk), unused.all(), ADDITION, text)
        sentence = _("Until %(until)s the next full load of %(codes)s may bring items under other numbers.")
        messages.success(request, sentence % {"codes": named_codes(codes), "until": moment(until)})
        return redirect("admin:uploads_fullload_changelist")

    @transaction.atomic
    def _withdrawn(self, request: HttpRequest, account: Account) -> HttpResponse:
        text = request.POST["withdraw"]
        found = _valid(account).filter(pk=int(text) if re.fullmatch(r"[0-9]{1,18}", text) else 0)
        for passed in found:
            self.log_deletions(request, [passed])  # type: ignore[attr-defined]
        found.delete()
        messages.success(request, _("Withdrawn. The next full load is measured as ever."))
        return redirect(request.get_full_path())


def renumbering_address(**subject: Any) -> str:
    """Return the address of the page for an `upload` that was refused, a `load` or an `account`."""
    return f"{reverse('admin:uploads_fullload_renumbering')}?{urlencode(subject)}"


def is_renumbered(upload: Upload) -> bool:
    """Whether an upload was refused because it would have brought stored items under other numbers."""
    return any(error["code"] == RENUMBERED.code for error in upload.errors)


def _valid(account: Account) -> Any:
    return RenumberingPass.objects.valid([account.pk]).order_by("company_code", "expires_at")


def _subject(request: HttpRequest) -> Subject:
    """Return what the address names, of the accounts that the member of staff sees. Raises Http404."""
    accounts = accounts_of(request)
    for name, find in (("load", _of_load), ("upload", _of_upload)):
        if name in request.GET:
            account, codes = find(accounts, request.GET[name])
            return Subject(account, codes, _known(account, codes))
    named = next((each for each in accounts if str(each.pk) == request.GET.get("account")), None)
    if named is None:
        raise Http404
    return Subject(named, [], _known(named, []))


def _of_load(accounts: list[Account], pk: str) -> tuple[Account, list[str]]:
    load = _found(FullLoad, accounts, pk)
    return load.account, load.company_codes


def _of_upload(accounts: list[Account], pk: str) -> tuple[Account, list[str]]:
    """Return the company codes of the full load that an upload was, as its receipt names them."""
    upload = _found(Upload, accounts, pk)
    return upload.account, (upload.snapshot or {}).get("companyCodes", [])


def _found(model: Any, accounts: list[Account], pk: str) -> Any:
    try:
        key = UUID(pk)
    except ValueError:
        raise Http404 from None
    found = model.objects.filter(pk=key, account__in=accounts).select_related("account", "api_key").first()
    if found is None:
        raise Http404
    return found


def _known(account: Account, codes: Iterable[str]) -> list[str]:
    loaded = LoadedCode.objects.filter(account=account).order_by("company_code").values_list("company_code", flat=True)
    return sorted({*loaded.distinct()[: MOST_BOXES + 1], *codes})
