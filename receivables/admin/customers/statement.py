"""A customer's statement of account, as the API gives it, for staff."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError as InvalidParameters
from rest_framework.request import Request

from apiauth.admin.base import without_empty
from config.api.problems import Unprocessable
from customers.models import Customer
from receivables.admin.customers.page import may_see_invoices
from receivables.admin.shared.as_of import moment_shown, why_not_answerable
from receivables.reports import moments
from receivables.reports.statement_serializers import file_headers
from receivables.reports.statement_views import StatementView


def statement(model_admin: Any, request: HttpRequest, object_id: str) -> Any:
    """Answer with the statement of account as the API gives it, or say on the customer's page why there is none."""
    customer = model_admin.existing(request, object_id)
    if not (model_admin.has_view_permission(request, customer) and may_see_invoices(request)):
        raise PermissionDenied
    request.GET = without_empty(request.GET)  # type: ignore[assignment]
    try:
        return StaffStatementView.as_view(customer=customer)(request, pk=customer.pk)
    except InvalidParameters as error:
        details: Any = error.detail
        for name, problems in details.items():
            for problem in problems:
                messages.error(request, _reason(name, problem, request.GET.get(name, "")))
    except Unprocessable as refused:
        messages.error(request, _why_not(customer, refused))
    here = reverse("admin:customers_customer_change", args=[customer.pk])
    return HttpResponseRedirect(f"{here}?{request.GET.urlencode()}")


class StaffStatementView(StatementView):
    """The statement of a customer that the admin has found. Raises InvalidParameters, Unprocessable."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    customer: Any = None  # a Customer, which as_view() is given

    def get_object(self) -> Customer:
        return self.customer

    def account_id(self) -> int:
        return int(self.customer.account_id)

    def get(self, request: Request, pk: int) -> Any:
        response = super().get(request, pk)
        if "Content-Disposition" not in response:  # a download has a name, in JSON too
            kind: Any = request.accepted_renderer
            for name, value in file_headers(self.customer, self.checked_parameters(), kind).items():
                response[name] = value
        return response

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, InvalidParameters | Unprocessable):
            raise exc
        return super().handle_exception(exc)


def _why_not(customer: Customer, refused: Unprocessable) -> Any:
    """Return why there is no statement of a moment, in a sentence for staff."""
    first = moments.uploads.span(customer.account_id).first
    [error] = refused.problem_members["errors"]
    if first is None or error["code"] != "not_known_then":
        return why_not_answerable(customer.account_id, refused)
    known = moment_shown(max(first, customer.created_at))
    message = _("What this customer owed is known from %(moment)s on. Choose a later day, or what is known now.")
    return message % {"moment": known}


def _reason(name: str, problem: Any, value: str) -> Any:
    """Return why a parameter of a statement is invalid, in a sentence for staff."""
    if problem.code == "invalid" and name in ("asOf", "from"):
        return _("“%(day)s” is not a date. Choose one, or write it like 2026-01-31.") % {"day": value}
    if problem.code == "from_after_as_of":
        return _("The first day is after the last day. Choose an earlier first day or a later last day.")
    if problem.code == "too_many_items":
        return _(
            "There are too many items for this kind of file. Choose a later first day, or CSV, which has no limit."
        )
    return str(problem)
