"""Receipts: counts, totals, errors and warnings of an upload."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import APIException

from apiauth.models import Handling
from config.http.addresses import link_to
from config.openapi.problems import REQUEST_CODES
from receivables.uploads import messages
from receivables.uploads.api.receipt_snapshots import SnapshotOfReceiptField
from receivables.uploads.api.receipt_undos import UndoOfReceiptField
from receivables.uploads.loads import messages as of_loads
from receivables.uploads.models import Kind, Outcome, State, Upload
from receivables.uploads.reading import messages as of_bodies
from receivables.uploads.resources import COUNTS, Resource
from receivables.uploads.rows import messages as of_rows
from receivables.uploads.undoing import messages as of_undos
from receivables.uploads.warnings import WARNING_CODES

# Whatever `errors` may name: one schema has the codes of receipts and those of requests as a whole.
MESSAGES = [*messages.MESSAGES, *of_bodies.MESSAGES, *of_rows.MESSAGES, *of_loads.REFUSALS, *of_undos.MESSAGES]
OF_EARLIER_RELEASES = ["empty_body", "empty_file"]  # which refused uploads without rows
OTHER_CODES = [messages.UNREADABLE, *OF_EARLIER_RELEASES, *REQUEST_CODES]
ALL_ERROR_CODES = sorted({*(message.code for message in MESSAGES), *OTHER_CODES})


class ReceiptTotalSerializer(serializers.Serializer[Any]):
    companyCode = serializers.CharField(allow_blank=True)
    currency = serializers.CharField(allow_blank=True)
    rows = serializers.IntegerField()
    invoiceAmount = serializers.CharField(help_text="Sum of the rows' invoice amounts, an exact decimal as text.")
    openBefore = serializers.CharField(help_text="What was open in these items before the upload.")
    openAfter = serializers.CharField(help_text="What is open in them now.")


class ReceiptErrorSerializer(serializers.Serializer[Any]):
    index = serializers.IntegerField(required=False, help_text="The row, counted from 0; absent for the whole body.")
    pointer = serializers.CharField(required=False, help_text="JSON Pointer (RFC 6901) into the array.")
    field = serializers.CharField(required=False)
    code = serializers.ChoiceField(choices=ALL_ERROR_CODES)
    message = serializers.CharField(help_text="For people; rows are counted from 1 here.")
    identity = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="The row's own numbers, as it sent them."
    )


class OpenSumSerializer(serializers.Serializer[Any]):
    currency = serializers.CharField(allow_blank=True)
    openAmount = serializers.CharField(help_text="What is open in these rows, an exact decimal as text.")


class StoredRowSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    url = serializers.CharField()


class ClosedItemSerializer(StoredRowSerializer):
    index = serializers.IntegerField(help_text="The row that was refused, counted from 0.")


class ReceiptWarningSerializer(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=WARNING_CODES)
    field = serializers.CharField(required=False)
    rows = serializers.IntegerField(help_text="Rows it was noted in.")
    firstIndex = serializers.IntegerField(help_text="The first of them, counted from 0.")
    message = serializers.CharField()
    value = serializers.CharField(
        required=False, help_text="Of a warning of single values, the one seen first, at most 40 characters of it."
    )
    sums = OpenSumSerializer(
        many=True,
        required=False,
        help_text="Of `settled_status_but_open`, what is open by currency: of the 10 that most rows have.",
    )
    fields = serializers.ListField(  # type: ignore[assignment]
        child=serializers.CharField(), required=False, help_text="Of `own_field`, the names that were left out."
    )
    stored = StoredRowSerializer(required=False, help_text="Of near identities: the stored row that the first is near.")
    otherIndex = serializers.IntegerField(
        required=False, help_text="Of near identities, where none is stored: the row that the first is near."
    )
    closedItems = ClosedItemSerializer(
        many=True, required=False, help_text="Of `refused_row_of_closed_item`, the first 100 of them."
    )


class OutcomeField(serializers.ChoiceField):
    def to_representation(self, value: str) -> str | None:  # type: ignore[override]
        return value or None


class ProgressSerializer(serializers.Serializer[Any]):
    rowsRead = serializers.IntegerField(source="read_count")
    rowsStaged = serializers.IntegerField(source="staged_count")
    rowsMerged = serializers.IntegerField(source="merged_count")


class UploadSummarySerializer(serializers.Serializer[Upload]):
    """One upload in the list of uploads; its address gives the whole receipt."""

    id = serializers.UUIDField()
    url = serializers.SerializerMethodField()
    resource = serializers.ChoiceField(choices=Resource.choices)
    kind = serializers.ChoiceField(
        choices=Kind.choices,
        help_text="`commit` and `confirmation` end a full load, `undo` takes back: these have no rows.",
    )
    state = serializers.ChoiceField(choices=State.choices)
    outcome = OutcomeField(choices=Outcome.choices, allow_null=True, help_text="null until it is finished.")
    handling = serializers.ChoiceField(choices=Handling.choices)
    dryRun = serializers.BooleanField(
        source="is_dry_run", help_text="Whether the upload was a dry run, which stores none of its rows."
    )
    createdAt = serializers.DateTimeField(source="created_at")
    extractedAt = serializers.DateTimeField(
        source="extracted_at", allow_null=True, help_text="When its rows left the ledger, if its sender said so."
    )
    key = serializers.CharField(
        source="api_key.key",
        allow_null=True,
        help_text="The key that sent it; null where staff of the account uploaded a file.",
    )
    # The fields of the counts, at this point: the order of the fields is that of the receipt.
    locals().update(
        {count.name: serializers.IntegerField(source=count.column, help_text=count.help_text) for count in COUNTS}
    )
    countsComplete = serializers.BooleanField(
        source="has_complete_counts",
        help_text="false where reading stopped because more rows of a strict upload were bad than are stored: "
        "`received` is what was read until then.",
    )

    snapshot = SnapshotOfReceiptField(help_text="The full load that it is, is a part of, or ended; null if none.")
    undo = UndoOfReceiptField(help_text="Of an undo: what it took back, and what became of the rows; else null.")
    undoneBy = serializers.SerializerMethodField(help_text="The undo that took the upload back, as it is now; or null.")

    def get_url(self, upload: Upload) -> str:
        return link_to("upload-detail", upload.pk)

    def get_undoneBy(self, upload: Upload) -> str | None:
        return link_to("upload-detail", upload.undone_by) if upload.undone_by else None


class ReceiptSerializer(UploadSummarySerializer):
    """The whole receipt. received = created + updated + unchanged + rejected, always."""

    sameBodyAs = serializers.SerializerMethodField(
        help_text="An earlier upload that stored rows of the same body, if there is one."
    )
    progress = ProgressSerializer(source="*")
    durationSeconds = serializers.FloatField(source="duration_seconds", help_text="Time the upload took.")
    totals = ReceiptTotalSerializer(many=True)
    errors = ReceiptErrorSerializer(many=True, help_text="The first 1,000.")  # type: ignore[assignment]
    errorsOmitted = serializers.IntegerField(source="errors_omitted_count")
    warnings = ReceiptWarningSerializer(many=True)
    warningsOmitted = serializers.IntegerField(source="warnings_omitted_count")
    rejectedOmitted = serializers.IntegerField(
        source="rejected_omitted_count",
        read_only=True,
        help_text="Bad rows of which the errors are not stored, because there are too many.",
    )
    rejectedOverBudget = serializers.IntegerField(
        source="over_budget_count",
        help_text="Those of them that are over the account's limit of a day.",
    )

    def get_sameBodyAs(self, upload: Upload) -> str | None:
        return link_to("upload-detail", upload.same_body_as) if upload.same_body_as else None


# By whether a receipt is minimal. They are built once, or that would take longer than filling one in.
_SERIALIZERS = {True: UploadSummarySerializer(), False: ReceiptSerializer()}


def receipt(upload: Upload, *, is_minimal: bool = False) -> dict[str, Any]:
    return _SERIALIZERS[is_minimal].to_representation(upload)


class Refusal(APIException):
    """A refused upload as an error: its receipt is the problem document's members."""

    def __init__(self, upload: Upload, status: int = 400):
        self.status_code = status
        super().__init__(_why(upload))
        self.problem_members = receipt(upload)


def _why(upload: Upload) -> str:
    if upload.body_errors:
        return f"{upload.body_errors[0]['message']} Nothing was stored."
    if not upload.has_complete_counts:
        return (
            f"{upload.invalid_count:,} of the first {upload.received_count:,} rows have errors, so reading stopped "
            "there and none of the array was stored. Correct the rows that `errors` names, and what else is like them, "
            "and send the array again."
        )
    return (
        f"{upload.invalid_count:,} of {upload.received_count:,} rows have errors, so none of the array was stored. "
        "Correct the rows that `errors` names and send the array again."
    )


class NotFinished(APIException):
    status_code = 409
    default_detail = "The rows of this upload are still waiting for a worker, or being taken. Ask again in a moment."
    wait = 1


class RefusedWhole(APIException):
    status_code = 409
    default_detail = (
        "This upload was refused as a whole, so none of its rows was taken, good ones neither. Correct what its errors "
        "name and send the whole array again; with Prefer: handling=lenient bad rows alone are rejected and kept here."
    )


class WasDryRun(APIException):
    status_code = 409
    default_detail = (
        "This upload was only tried, so none of its rows was kept. Its errors name the bad ones by their place: "
        "correct them where they come from."
    )
