"""Thin: authenticate, read, validate, ingest, answer."""

import logging
from io import BytesIO
from typing import Any, ClassVar

from django.db import Error
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.exceptions import APIException
from rest_framework.generics import ListAPIView, RetrieveAPIView, get_object_or_404
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from apiauth.api import KeyView, OwnRowsView
from apiauth.authentication import calling_key
from apiauth.models import ApiKey, Policy, Scope
from config.openapi.problems import ProblemSerializer
from receivables.uploads.api import receipts
from receivables.uploads.api.openapi import NO_REJECTED_ROWS, UploadOperation
from receivables.uploads.api.snapshots import load_of_parameter
from receivables.uploads.api.term_fields import BLANK_CODE_NAMED
from receivables.uploads.api.terms import InvoiceTermsSerializer, TermsSerializer, automatic_minutes, terms_of
from receivables.uploads.findings import without_params
from receivables.uploads.ingest import KeyInUse, ingest_once
from receivables.uploads.loads import automatic
from receivables.uploads.models import FullLoad, Outcome, RejectedRow, State, Upload
from receivables.uploads.reading.bodies import ALL_PARSERS, BulkJSONParser, IncomingRows
from receivables.uploads.rows.row_serializer import RowSerializer
from receivables.uploads.rows.serializers import CustomerUploadSerializer, InvoiceUploadSerializer
from receivables.uploads.session import UploadSession
from receivables.uploads.sources import Source
from receivables.uploads.terms import Terms
from receivables.uploads.worker import accept

logger = logging.getLogger(__name__)


class UploadView(KeyView):
    """An upload of an array of rows; its receipt is stored, whether the rows are or not."""

    parser_classes = ALL_PARSERS
    required_scope = Scope.UPLOAD
    rate_policy = Policy.UPLOAD
    schema = UploadOperation()
    serializer_class: type[RowSerializer]
    terms = Terms()
    caller: ApiKey | None = None
    load: FullLoad | None = None  # the automatic one that the upload is part of

    def post(self, request: Request) -> Response:
        api_key, resource = calling_key(request), self.serializer_class.Meta.resource
        self.terms = terms_of(request, api_key, resource)
        session = UploadSession(Source(api_key.account, api_key), resource, self.terms)
        if minutes := session.automatic_minutes:
            session.load = self.load = automatic.attach(api_key, session.id, session.arrived_at, minutes)
        elif self.terms.of_load and self.terms.of_load.load_id:
            session.load = load_of_parameter(api_key, self.terms.of_load.load_id)
        rows: Any = request.data
        if not isinstance(rows, IncomingRows):  # DRF has a stand-in for a body that is not there
            rows = BulkJSONParser.rows(BytesIO())
        upload = self._ingested(session, rows)
        if upload.outcome == Outcome.REFUSED:
            raise receipts.Refusal(upload, session.status)
        rendered = receipts.receipt(upload, is_minimal=self.terms.is_minimal)
        if upload.state != State.FINISHED:
            return Response(rendered, status=202, headers={"Location": rendered["url"], "Retry-After": "1"})
        return Response(rendered, status=207 if upload.outcome == Outcome.PARTIAL else 200)

    def _ingested(self, session: UploadSession, rows: IncomingRows) -> Upload:
        """Return the upload, or the first one with its Idempotency-Key: then this request is no part of a load."""
        try:
            upload = accept(session, rows) if self.terms.is_async else ingest_once(session, self.serializer_class, rows)
        except KeyInUse:
            if self.load:
                automatic.forget_repetition(self.load, session.id, self.terms.idempotency_key)
            raise
        if self.load and upload.pk != session.id:
            automatic.forget(self.load, session.id)
        return upload

    def perform_authentication(self, request: Request) -> None:
        """Remember who calls: to ask a request that failed might have it fail again."""
        super().perform_authentication(request)
        self.caller = calling_key(request)

    def handle_exception(self, exc: Exception) -> Response:
        """Note of an automatic full load, too, that a request was turned away before it was an upload."""
        response = super().handle_exception(exc)
        self._note_failure()
        return response

    @classmethod
    def note_refusal(cls, request: HttpRequest) -> None:
        """Note the same of a request that is refused before it comes here, if it is known whose it is."""
        view = cls()
        view.request = view.initialize_request(request)
        try:
            view.perform_authentication(view.request)
        except APIException:
            return
        except Error as error:
            logger.error("whose request was refused is not known: %s", error)  # noqa: TRY400 - as in quotas
            return
        view._note_failure()

    def _note_failure(self) -> None:
        """Note a request that was turned away. Where the database cannot, that may be why: its answer stays."""
        if self.caller is None or self.load or self.request.method in SAFE_METHODS:
            return
        minutes = automatic_minutes(self.request, self.caller, self.serializer_class.Meta.resource)
        if minutes is None:
            return
        try:
            automatic.note_failure(self.caller, minutes)
        except Error as error:
            logger.error("a failed request of key %s is not noted: %s", self.caller.pk, error)  # noqa: TRY400

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        if self.terms.applied:
            response["Preference-Applied"] = ", ".join(self.terms.applied)
        return super().finalize_response(request, response, *args, **kwargs)


class InvoiceUploadView(UploadView):
    serializer_class = InvoiceUploadSerializer
    query_parameters = InvoiceTermsSerializer().fields
    blank_parameters: ClassVar = {"companyCodes": BLANK_CODE_NAMED}

    @extend_schema(operation_id="uploadInvoices", summary="Upload invoices in bulk")
    def post(self, request: Request) -> Response:
        """Uploads an array of invoices (or one, as an object; or one on each line of NDJSON). A row of known identity
        updates, another creates; a key that is missing keeps its stored value, `null` clears it. One bad row
        refuses the array, unless the sender prefers otherwise.
        """
        return super().post(request)


class CustomerUploadView(UploadView):
    serializer_class = CustomerUploadSerializer
    query_parameters = TermsSerializer().fields

    @extend_schema(operation_id="uploadCustomers", summary="Upload customers in bulk")
    def post(self, request: Request) -> Response:
        """Uploads an array of customers, by the rules of the upload of invoices."""
        return super().post(request)


@extend_schema_view(get=extend_schema(operation_id="listUploads", summary="List uploads"))
class UploadListView(OwnRowsView[Upload], ListAPIView[Upload]):
    """The account's uploads, newest first, refused ones too."""

    queryset = Upload.objects.select_related("api_key").defer("totals", "errors", "warnings", "file_lines")
    serializer_class = receipts.UploadSummarySerializer
    default_ordering = ("-createdAt", ("created_at", "id"))


class RejectedView(OwnRowsView[RejectedRow]):
    """The rejected rows of one of the account's uploads."""

    scope_for_own = Scope.UPLOAD
    queryset = RejectedRow.objects.none()
    default_ordering = ("index", ("index",))

    @cached_property
    def upload(self) -> Upload:
        readable = Upload.objects.readable_by(calling_key(self.request))
        upload = get_object_or_404(readable, pk=self.kwargs["pk"])
        if upload.state != State.FINISHED:
            raise receipts.NotFinished
        return upload

    def get_queryset(self) -> QuerySet[RejectedRow]:
        return self.upload.rejected_rows.order_by("index")


@extend_schema_view(
    get=extend_schema(
        operation_id="listUploadErrors",
        summary="All errors of an upload",
        responses={200: receipts.ReceiptErrorSerializer, 409: OpenApiResponse(ProblemSerializer, NO_REJECTED_ROWS)},
    )
)
class UploadErrorListView(RejectedView, ListAPIView[RejectedRow]):
    """Every stored error of an upload: those of the body as a whole, then row by row. `pageSize` counts rows, each of
    which may have several errors. A dry run (`dryRun=true`) has those of its receipt alone, in one page.
    """

    serializer_class = receipts.ReceiptErrorSerializer

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.get_queryset()) or []
        if self.upload.is_dry_run:
            response = self.get_paginated_response(without_params(self.upload.errors))
            if "count" in response.data:
                response.data["count"] = len({error["index"] for error in self.upload.errors if "index" in error})
            return response
        paginator: Any = self.paginator
        of_body = [] if paginator.has_previous else self.upload.body_errors
        errors = [*of_body, *(error for row in page for error in row.errors)]
        return self.get_paginated_response(without_params(errors))


class RejectedRowsView(RejectedView):
    @extend_schema(
        operation_id="listRejectedRows",
        summary="Rows to correct and send again",
        responses={
            200: {"type": "array", "items": {"type": "object", "additionalProperties": True}},
            409: OpenApiResponse(ProblemSerializer, NO_REJECTED_ROWS),
        },
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The bad rows of a lenient upload as they were sent, in one array: correct them and post them again. A row
        that was no JSON is a text in it. An upload that was refused as a whole stored nothing, so that its whole array
        is to be sent again, and a dry run stores no rows: both answer 409.
        """
        if self.upload.is_dry_run:
            raise receipts.WasDryRun
        if self.upload.was_refused_whole:
            raise receipts.RefusedWhole
        return Response([row.raw_json for row in self.get_queryset()])


@extend_schema_view(get=extend_schema(operation_id="getUpload", summary="Get one receipt"))
class UploadDetailView(OwnRowsView[Upload], RetrieveAPIView[Upload]):
    """The receipt of one upload, as its sender got it. A key without the scope `read` finds those of its own uploads,
    here and of their errors and rejected rows.
    """

    scope_for_own = Scope.UPLOAD
    queryset = Upload.objects.select_related("api_key")
    serializer_class = receipts.ReceiptSerializer

    def get_queryset(self) -> QuerySet[Upload]:
        return Upload.objects.select_related("api_key").readable_by(calling_key(self.request))
