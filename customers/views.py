from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request

from apiauth.authentication import calling_key
from apiauth.views import OwnRowsView
from customers.exports import EXPORTS, export
from customers.filters import CustomerFilterSet
from customers.history import Change
from customers.models import Customer, CustomerChange
from customers.serializers import CustomerChangeSerializer, CustomerSerializer

Row = TypeVar("Row", bound=Model)
FED_LIST_PARAMETERS = [
    OpenApiParameter("fields", description="The fields that are wanted, separated by commas: all, where left out."),
    OpenApiParameter("format", enum=["json", "csv", "ndjson"], description="`csv` or `ndjson`: all pages as one file."),
]


class FedListView(OwnRowsView[Row], ListAPIView[Row]):
    """Rows that a feed brings. `fields` names those of their fields that leave, `format` a file of the whole list."""

    query_parameters = ("fields", "format")
    renderer_classes = (*OwnRowsView.renderer_classes, *EXPORTS)
    file_name: str

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        asked = request.query_params.get("format")
        if request.method == "OPTIONS":  # what is told of a list is no file
            first = self.get_renderers()[0]
            return first, first.media_type
        if asked is None or force:
            return super().perform_content_negotiation(request, force)
        renderers = {renderer.format: renderer for renderer in self.get_renderers()}
        if asked not in renderers:
            message = f"{asked!r} is no format here. Known: {', '.join(map(str, renderers))}."
            raise ValidationError({"format": [message]}, code="unknown_format")
        return renderers[asked], renderers[asked].media_type

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        kind = request.accepted_renderer
        if not isinstance(kind, EXPORTS):
            return super().list(request, *args, **kwargs)
        pages: Any = self.paginator
        if paging := [name for name in pages.parameters if name in request.query_params]:
            raise ValidationError({name: [f"{name} concerns pages; a file is the whole list."] for name in paging})
        rows = pages.ordered(self.filter_queryset(self.get_queryset()), request, self)
        return export(rows, self.get_serializer().fields, kind, self.file_name)

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        serializer: Any = super().get_serializer(*args, **kwargs)
        if asked := self.request.query_params.get("fields"):
            fields = getattr(serializer, "child", serializer).fields
            for name in fields.keys() - _chosen(asked.split(","), list(fields)):
                del fields[name]
        return serializer


def _chosen(asked: list[str], known: list[str]) -> set[str]:
    if unknown := [name for name in asked if name not in known]:
        message = f"{unknown[0]!r} is no field here. Known: {', '.join(known)}."
        raise ValidationError({"fields": [message]}, code="unknown_field")
    return set(asked)


@extend_schema_view(
    get=extend_schema(operation_id="listCustomers", summary="List customers", parameters=FED_LIST_PARAMETERS)
)
class CustomerListView(FedListView[Customer]):
    """The account's customers, oldest first unless told otherwise."""

    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilterSet
    file_name = "customers"
    orderings = {
        "id": ("id",),
        "customerno": ("customer_number_key", "company_code", "id"),
        "updatedAt": ("updated_at", "id"),
    }


@extend_schema_view(get=extend_schema(operation_id="getCustomer", summary="Get one customer"))
class CustomerDetailView(OwnRowsView[Customer], RetrieveAPIView[Customer]):
    """One customer."""

    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer


class ChangeListView(OwnRowsView[Change], ListAPIView[Change]):
    """What changed in one row, newest first: each field before and after, by whom and when."""

    default_ordering = ("-id", ("id",))
    rows: Any

    def get_queryset(self) -> QuerySet[Change]:
        own_rows = self.rows.of_account(calling_key(self.request).account)
        changes: QuerySet[Change] = get_object_or_404(own_rows, pk=self.kwargs["pk"]).changes.all()
        return changes


@extend_schema_view(get=extend_schema(operation_id="listCustomerChanges", summary="What changed in a customer"))
class CustomerChangeListView(ChangeListView):
    queryset = CustomerChange.objects.none()
    rows = Customer.objects
    serializer_class = CustomerChangeSerializer
