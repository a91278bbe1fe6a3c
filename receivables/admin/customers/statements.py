"""Statements of account for staff: as the API gives them, to those who may see the customer."""

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from customers.models import Customer
from receivables.reports.parameters import StatementParametersSerializer
from receivables.reports.statement_serializers import file_headers
from receivables.reports.statement_views import StatementView


class StaffStatementView(StatementView):
    """The statement of a customer that the admin has found. Raises ValidationError for invalid parameters."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    customer: Any = None  # a Customer, which as_view() is given

    def get_object(self) -> Customer:
        return self.customer

    def get(self, request: Request, pk: int) -> Any:
        response = super().get(request, pk)
        if "Content-Disposition" not in response:  # a download has a name, in JSON too
            parameters = StatementParametersSerializer(data=request.query_params.dict())
            parameters.is_valid(raise_exception=True)
            kind: Any = request.accepted_renderer
            for name, value in file_headers(self.customer, parameters.validated_data["as_of"], kind).items():
                response[name] = value
        return response

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, ValidationError):
            raise exc
        return super().handle_exception(exc)


def reasons(error: ValidationError, query: QueryDict) -> list[str]:
    """Return why the parameters of a statement are invalid, in sentences for staff."""
    details: Any = error.detail
    return [_reason(name, problem, query.get(name, "")) for name, problems in details.items() for problem in problems]


def _reason(name: str, problem: Any, value: str) -> str:
    if problem.code == "invalid" and name in ("asOf", "from"):
        return _("“%(day)s” is not a date. Choose one, or write it like 2026-01-31.") % {"day": value}
    if problem.code == "from_after_as_of":
        return _("The first day is after the last day. Choose an earlier first day or a later last day.")
    if problem.code == "too_many_items":
        return _(
            "There are too many items for this kind of file. Choose a later first day, or CSV, which has no limit."
        )
    return str(problem)
