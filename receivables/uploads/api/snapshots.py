"""Full loads over REST: begun, committed, confirmed and given up; the list, and one."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.exceptions import APIException
from rest_framework.generics import ListAPIView, RetrieveAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from apiauth.api import KeyView, OwnRowsView
from apiauth.authentication import calling_key
from apiauth.models import ApiKey, Policy, Scope
from receivables.uploads.api import receipts
from receivables.uploads.api.openapi import SNAPSHOT_KEY, SNAPSHOT_LOCATION, SnapshotOperation
from receivables.uploads.api.small_bodies import SmallJSONParser
from receivables.uploads.api.snapshot_rows import (
    BeginSerializer,
    CommitSerializer,
    SnapshotSerializer,
    SnapshotSummarySerializer,
)
from receivables.uploads.api.term_fields import BLANK, BLANK_CODE_NAMED
from receivables.uploads.api.terms import idempotency_key
from receivables.uploads.ingest import KeyUsedOtherwise
from receivables.uploads.loads import commits
from receivables.uploads.loads.beginning import LoadRefused, refuse_other_form
from receivables.uploads.loads.confirming import confirm
from receivables.uploads.loads.ending import pairs
from receivables.uploads.loads.expiry import expire
from receivables.uploads.models import FullLoad, LoadState, Outcome, Upload
from receivables.uploads.sources import Source


class SnapshotRefused(APIException):
    """What was asked of a full load cannot be; `errors` says why."""

    def __init__(self, refusal: LoadRefused):
        self.status_code = refusal.status
        super().__init__(refusal.rendered.message)
        self.problem_members = {"errors": [{"code": refusal.rendered.code, "message": refusal.rendered.message}]}


class UnknownSnapshot(APIException):
    """An upload is to be part of a full load that is not there."""

    status_code = 404

    def __init__(self, pk: Any):
        message = f"The account has no full load {pk}. Begin one at /jsonApi/snapshots, and send its id."
        super().__init__(f"snapshot: {message}")
        self.problem_members = {"errors": [{"field": "snapshot", "code": "invalid", "message": message}]}


class SnapshotView(KeyView):
    """The base of what is asked of full loads by POST and DELETE: a request counts as an upload does."""

    parser_classes = [SmallJSONParser]
    schema = SnapshotOperation()

    @property
    def rate_policy(self) -> Policy:  # type: ignore[override]
        return Policy.READ if self.request.method in ("GET", "HEAD", "OPTIONS") else Policy.UPLOAD

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(SnapshotRefused(exc) if isinstance(exc, LoadRefused) else exc)

    def source(self) -> Source:
        api_key = calling_key(self.request)
        return Source(api_key.account, api_key)


def load_of(api_key: ApiKey, pk: Any) -> FullLoad:
    """Return a full load of the key's account, after all that are due have expired. Raises Http404."""
    expire(api_key.account_id)
    loads = FullLoad.objects.of_account(api_key.account).select_related("account", "api_key")
    return get_object_or_404(loads, pk=pk)


def load_of_parameter(api_key: ApiKey, pk: Any) -> FullLoad:
    """Return the full load that an upload says it is a part of. Raises UnknownSnapshot."""
    try:
        return load_of(api_key, pk)
    except Http404:
        raise UnknownSnapshot(pk) from None


class SnapshotFilterSet(filters.FilterSet):
    """What full loads can be filtered by."""

    parameter_examples = {"companyCode": "1000"}

    state = filters.ChoiceFilter(choices=[(state, state) for state in LoadState.values], label="What became of it.")
    companyCode = filters.CharFilter(method="by_code", label='A company code that it is of; `""` is the blank one.')

    def by_code(self, loads: QuerySet[FullLoad], name: str, code: str) -> QuerySet[FullLoad]:
        return loads.filter(company_codes__contains=["" if code == BLANK else code])


@extend_schema_view(get=extend_schema(operation_id="listSnapshots", summary="List full loads"))
class SnapshotListView(SnapshotView, OwnRowsView[FullLoad], ListAPIView[FullLoad]):
    """The account's full loads, newest first, as they are now."""

    queryset = FullLoad.objects.select_related("api_key")
    serializer_class = SnapshotSummarySerializer
    filterset_class = SnapshotFilterSet
    blank_parameters: ClassVar = {"companyCode": BLANK_CODE_NAMED}
    default_ordering = ("-beganAt", ("began_at", "id"))

    @property
    def required_scope(self) -> Scope:  # type: ignore[override]
        return Scope.UPLOAD if self.request.method == "POST" else Scope.READ

    def get_queryset(self) -> QuerySet[FullLoad]:
        expire(calling_key(self.request).account_id)
        return super().get_queryset()

    @extend_schema(
        operation_id="beginSnapshot",
        summary="Begin a full load in parts",
        parameters=[SNAPSHOT_KEY, SNAPSHOT_LOCATION],
        request=BeginSerializer,
        filters=False,
        responses={201: OpenApiResponse(SnapshotSerializer, "The full load; its parts name its `id`.")},
    )
    def post(self, request: Request) -> Response:
        """Begins a full load: all that is open in some company codes, sent as uploads with `snapshot=ID`, which are
        merged as they come, and ended by a commit. An open one of the same key pair and the same company codes is
        abandoned; `abandoned` names it. One expires 6 hours after its last part.
        """
        said = BeginSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        try:
            load = commits.begin(self.source(), said.terms(idempotency_key(request.headers.get("Idempotency-Key"))))
        except commits.KeyOfOtherLoad:
            raise KeyUsedOtherwise from None
        shown = SnapshotSerializer(load).data
        return Response(shown, status=201, headers={"Location": shown["url"]})


@extend_schema_view(get=extend_schema(operation_id="getSnapshot", summary="Get one full load"))
class SnapshotDetailView(SnapshotView, OwnRowsView[FullLoad], RetrieveAPIView[FullLoad]):
    """One full load, as it is now; the receipts of its uploads stay as they were. A key without the scope `read` finds
    those that it began itself.
    """

    queryset = FullLoad.objects.select_related("account", "api_key")
    serializer_class = SnapshotSerializer
    scope_for_own = Scope.UPLOAD

    @property
    def required_scope(self) -> Scope:  # type: ignore[override]
        return Scope.UPLOAD if self.request.method == "DELETE" else Scope.READ

    def get_queryset(self) -> QuerySet[FullLoad]:
        api_key, loads = calling_key(self.request), super().get_queryset()
        expire(api_key.account_id)
        return loads if Scope.READ in api_key.scopes else loads.filter(api_key__in=pairs(api_key))

    @extend_schema(
        operation_id="abandonSnapshot",
        summary="Abandon a full load in parts",
        responses={204: OpenApiResponse(None, "It is abandoned: its parts stay stored, and it closes nothing.")},
    )
    def delete(self, request: Request, pk: Any) -> Response:
        """Gives up a full load in parts that is open. Its rows stay as they were taken, and nothing is closed."""
        commits.abandon(load_of(calling_key(request), pk), self.source())
        return Response(status=204)


class CommitView(SnapshotView):
    required_scope = Scope.UPLOAD

    @extend_schema(
        operation_id="commitSnapshot",
        summary="End a full load in parts",
        request=CommitSerializer,
        responses={
            200: OpenApiResponse(receipts.ReceiptSerializer, "The receipt: what was missing is closed, if anything."),
            207: OpenApiResponse(receipts.ReceiptSerializer, "The receipt: the load is withheld, and nothing closed."),
        },
    )
    def post(self, request: Request, pk: Any) -> Response:
        """Says that all parts of a full load have been sent: what is open in its company codes and missing in it is
        closed, or the load withheld (see `snapshot` in the receipt). Where a part is missing, refused or under way, or
        a number is wrong, it is a 409 and the load stays open. Sent again, it is answered with the same receipt.
        """
        load = load_of(calling_key(request), pk)
        refuse_other_form(load)
        said = CommitSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        return _answer(commits.commit(load, said.terms(), self.source()))


class ConfirmView(SnapshotView):
    required_scope = Scope.CONFIRM

    @extend_schema(
        operation_id="confirmSnapshot",
        summary="Confirm a full load that was withheld",
        request=None,
        responses={200: OpenApiResponse(receipts.ReceiptSerializer, "The receipt of the confirmation.")},
    )
    def post(self, request: Request, pk: Any) -> Response:
        """Closes what a withheld full load lacks, however it came; what was changed or seen since drops out. It needs
        the scope `confirm`, which no key has unless somebody gives it. Sent again, it is answered with the same
        receipt.
        """
        return _answer(confirm(load_of(calling_key(request), pk), self.source()))


def _answer(upload: Upload) -> Response:
    return Response(receipts.receipt(upload), status=207 if upload.outcome == Outcome.PARTIAL else 200)
