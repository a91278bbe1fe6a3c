"""Uploads and full loads taken back over REST, and what an undo left as it was."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, PolymorphicProxySerializer, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import APIException, PermissionDenied
from rest_framework.generics import ListAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from apiauth.api import KeyView, OwnRowsView
from apiauth.authentication import calling_key
from apiauth.models import Policy, Scope
from config.http.addresses import link_to
from customers.api import CustomerSerializer
from customers.models import Customer
from receivables.api.views import InvoiceSerializer
from receivables.models import Invoice
from receivables.uploads.api import receipts
from receivables.uploads.api.openapi import UndoOperation
from receivables.uploads.api.receipt_undos import UndoCountsSerializer, UndoneSerializer, foreseen_undo
from receivables.uploads.api.snapshots import load_of
from receivables.uploads.models import FullLoad, SkippedRow, SkipReason, Upload
from receivables.uploads.resources import Resource
from receivables.uploads.sources import Source
from receivables.uploads.undoing.fates import Fates
from receivables.uploads.undoing.rights import NotOwn, limits_of
from receivables.uploads.undoing.targets import UndoRefused
from receivables.uploads.undoing.undo import preview, undo

NOT_OWN = (
    "This key may take back its own newest upload, within 24 hours. For anything else it needs the scope confirm; "
    "whoami lists the key's scopes."
)
NEEDS_CONFIRM = "preview is sent along with confirm=true. To see what would happen, leave both out."


class CannotUndo(APIException):
    """Nothing is taken back; `errors` says why."""

    status_code = 409

    def __init__(self, refusal: UndoRefused):
        super().__init__(refusal.rendered.message)
        self.problem_members = {"errors": [{"code": refusal.rendered.code, "message": refusal.rendered.message}]}


class UndoParametersSerializer(serializers.Serializer[Any]):
    """The query parameters of an undo."""

    parameter_examples: dict[str, Any] = {"preview": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}

    confirm = serializers.BooleanField(default=False, help_text="Takes it back; without it the answer is a preview.")
    preview = serializers.RegexField(
        "^[0-9a-f]{64}$",
        required=False,
        help_text="`preview` of the answer that was looked at: where something else would happen now, it is a 409.",
        error_messages={"invalid": "It is no digest of a preview: 64 digits of 0-9 and a-f."},
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "preview" in attrs and not attrs["confirm"]:
            raise serializers.ValidationError({"preview": [NEEDS_CONFIRM]}, code="invalid")
        return attrs


class UndoPreviewSerializer(serializers.Serializer[Any]):
    """What would happen if it was taken back now; nothing is stored."""

    preview = serializers.CharField(help_text="A digest of all that would happen, row by row, to confirm it by.")
    resource = serializers.ChoiceField(choices=Resource.choices)
    undo = UndoCountsSerializer()
    totals = receipts.ReceiptTotalSerializer(many=True)


ANSWER = PolymorphicProxySerializer("UndoAnswer", [UndoPreviewSerializer, receipts.ReceiptSerializer], None, many=False)
RESPONSES = {200: OpenApiResponse(ANSWER, "What would happen; with `confirm=true` the receipt of what happened.")}


class UndoView(KeyView):
    """The base of what takes back. A request counts as an upload does."""

    required_scope, scope_for_own = Scope.CONFIRM, Scope.UPLOAD
    rate_policy = Policy.UPLOAD
    schema = UndoOperation()
    query_parameters = UndoParametersSerializer().fields

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(CannotUndo(exc) if isinstance(exc, UndoRefused) else exc)

    def undo(self, request: Request, found: Upload | FullLoad) -> Response:
        said = UndoParametersSerializer(data=request.query_params.dict())
        said.is_valid(raise_exception=True)
        api_key = calling_key(request)
        try:
            limits = limits_of(found, api_key)
        except NotOwn:
            raise PermissionDenied(NOT_OWN) from None
        if not said.validated_data["confirm"]:
            return Response(_previewed(preview(found, limits)))
        source = Source(api_key.account, api_key)
        return Response(receipts.receipt(undo(found, source, said.validated_data.get("preview", ""), limits)))


def _previewed(foreseen: Fates) -> dict[str, Any]:
    return {
        "preview": foreseen.digest,
        "resource": foreseen.target.resource,
        "undo": foreseen_undo(foreseen),
        "totals": foreseen.totals,
    }


class UploadUndoView(UndoView):
    @extend_schema(
        operation_id="undoUpload",
        summary="Take back an upload",
        parameters=[UndoParametersSerializer],
        request=None,
        responses=RESPONSES,
    )
    def post(self, request: Request, pk: Any) -> Response:
        """Takes back what an upload did, for up to 30 days: fields are again what they were, items that it created are
        withdrawn, items that it opened again close. What something later changed, or a later full load contained,
        stays as it is. Without `confirm=true` the answer says what would happen. It is an upload of the kind `undo`
        with a receipt of its own, and can be taken back like any other. Confirmed again, it is answered with the same
        receipt. A full load is taken back by its own address.
        """
        uploads = Upload.objects.of_account(calling_key(request).account).select_related("account", "api_key")
        return self.undo(request, get_object_or_404(uploads, pk=pk))


class SnapshotUndoView(UndoView):
    @extend_schema(
        operation_id="undoSnapshot",
        summary="Take back a full load",
        parameters=[UndoParametersSerializer],
        request=None,
        responses=RESPONSES,
    )
    def post(self, request: Request, pk: Any) -> Response:
        """Takes back a full load with all its parts, what it closed and its confirmation, by the rules of an upload:
        what it closed is open again. Where a later full load of one of its company codes is in, it is a 409.
        """
        return self.undo(request, load_of(calling_key(request), pk))


class SkippedRowSerializer(serializers.Serializer[SkippedRow]):
    """A row that an undo left as it was."""

    id = serializers.IntegerField(source="row_id")
    url = serializers.CharField()
    reason = serializers.ChoiceField(
        choices=SkipReason.choices,
        help_text="`changed`: `upload` changed it later. `contained`: `upload`, of a later full load, had it. "
        "`created`: it is a customer that `upload` created.",
    )
    upload = UndoneSerializer()
    identity = serializers.DictField(child=serializers.CharField(), help_text="The row's own numbers.")


@extend_schema_view(get=extend_schema(operation_id="listKeptRows", summary="What an undo left as it was"))
class SkippedRowListView(OwnRowsView[SkippedRow], ListAPIView[SkippedRow]):
    """The rows that an undo left as they were, each with the later upload because of which it did; of any other upload
    none.
    """

    scope_for_own = Scope.UPLOAD
    queryset = SkippedRow.objects.none()
    serializer_class = SkippedRowSerializer
    default_ordering = ("id", ("row_id",))

    def get_queryset(self) -> QuerySet[SkippedRow]:
        undo = get_object_or_404(Upload.objects.readable_by(calling_key(self.request)), pk=self.kwargs["pk"])
        self.resource = undo.resource
        return SkippedRow.objects.filter(account=undo.account_id, undo_id=undo.pk)

    def fetch(self, rows: QuerySet[SkippedRow], columns: Sequence[str]) -> Sequence[Any]:
        skipped: list[Any] = list(rows)
        model, name, serializer = OF_RESOURCES[self.resource]
        found = model.objects.filter(account=calling_key(self.request).account)
        by_id = found.in_bulk([each.row_id for each in skipped])
        for each in skipped:
            each.url = link_to(name, each.row_id)
            each.identity = _identity(by_id[each.row_id], serializer)
            each.upload = {"id": each.upload_id, "url": link_to("upload-detail", each.upload_id)}
        return skipped


OF_RESOURCES: dict[str, tuple[Any, str, Any]] = {
    Resource.INVOICES: (Invoice, "invoice-detail", InvoiceSerializer()),
    Resource.CUSTOMERS: (Customer, "customer-detail", CustomerSerializer()),
}
IDENTIFYING = {"customer_number", *Invoice.IDENTITY}


def _identity(row: Any, serializer: Any) -> dict[str, str]:
    fields = {name: field.source for name, field in serializer.fields.items() if field.source in IDENTIFYING}
    return {name: getattr(row, column) for name, column in fields.items() if getattr(row, column)}
