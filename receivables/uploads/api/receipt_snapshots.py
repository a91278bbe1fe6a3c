"""What a receipt says of the full load that its upload is, is a part of, or ended."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.http.addresses import link_to
from receivables.uploads.findings import without_params
from receivables.uploads.loads.messages import REASON_CODES
from receivables.uploads.models import LoadState, Upload

OUTCOMES = [
    LoadState.CLOSED,
    LoadState.NOTHING_TO_CLOSE,
    LoadState.WITHHELD,
    LoadState.SUPERSEDED,
    LoadState.REFUSED,
]
SNAPSHOT_OUTCOMES = [(state.value, state.label) for state in OUTCOMES]


class WithheldReasonSerializer(serializers.Serializer[Any]):
    """Why a full load is withheld."""

    code = serializers.ChoiceField(choices=REASON_CODES)
    message = serializers.CharField()
    companyCode = serializers.CharField(required=False, allow_blank=True, help_text="If it is about one.")
    currency = serializers.CharField(required=False, allow_blank=True, help_text="If it is about one.")


class MissingSumSerializer(serializers.Serializer[Any]):
    """Open items that the full load does not have, of one company code and currency."""

    companyCode = serializers.CharField(allow_blank=True)
    currency = serializers.CharField(allow_blank=True)
    items = serializers.IntegerField()
    openAmount = serializers.CharField(help_text="What was open in them, an exact decimal as text.")


class LinkedInvoiceSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    url = serializers.CharField()


class NearPairSerializer(serializers.Serializer[Any]):
    """A missing item, and the one that the load brought under another spelling of its numbers."""

    missing = LinkedInvoiceSerializer()
    created = LinkedInvoiceSerializer(required=False, help_text="What it was created as.")
    index = serializers.IntegerField(
        required=False, help_text="Of an upload that was refused (`renumbered`): the row, counted from 0."
    )


class ReceiptSnapshotSerializer(serializers.Serializer[Any]):
    """A full load as it was when the receipt was written; its address shows it as it is now."""

    id = serializers.UUIDField(allow_null=True, help_text="null where nothing of it is stored.")
    url = serializers.CharField(allow_null=True)
    outcome = serializers.ChoiceField(
        choices=SNAPSHOT_OUTCOMES,
        allow_null=True,
        help_text="null as long as it has not ended: of a part, and of a dry run. `withheld`: the rows were taken, and "
        "nothing was closed.",
    )
    wouldBe = serializers.ChoiceField(choices=SNAPSHOT_OUTCOMES, allow_null=True, help_text="The same of a dry run.")
    part = serializers.IntegerField(
        required=False, allow_null=True, help_text="Of a part: its number, or null where it has none."
    )
    companyCodes = serializers.ListField(child=serializers.CharField(allow_blank=True))
    extractedAt = serializers.DateTimeField(allow_null=True)
    reasons = WithheldReasonSerializer(many=True)
    missing = MissingSumSerializer(many=True, help_text="What it lacks, whether it is closed or not.")
    leftOut = serializers.ListField(
        child=serializers.CharField(allow_blank=True),
        help_text="Company codes with open items that it is not of: the first 100.",
    )
    nearIdentities = NearPairSerializer(many=True, help_text="The first 100.")
    droppedOut = serializers.IntegerField(
        required=False, help_text="Of a confirmation: missing items that were brought or changed since, and stay open."
    )


class SnapshotOfReceiptField(serializers.Field[Any, Any, Any, Any]):
    """The full load of an upload; null where it is of none."""

    def __init__(self, **options: Any):
        super().__init__(source="*", read_only=True, **options)

    def to_representation(self, upload: Upload) -> dict[str, Any] | None:
        if upload.snapshot is None:
            return None
        load, reasons = upload.snapshot["id"], without_params(upload.snapshot["reasons"])
        pairs = [_near_pair(pair) for pair in upload.snapshot["nearIdentities"]]
        return {
            "id": load,
            "url": load and link_to("snapshot-detail", load),
            **upload.snapshot,
            "reasons": reasons,
            "nearIdentities": pairs,
        }


def _near_pair(pair: dict[str, int]) -> dict[str, Any]:
    shown: dict[str, Any] = {"missing": _invoice(pair["missingId"])}
    if "createdId" in pair:
        shown["created"] = _invoice(pair["createdId"])
    return shown | ({"index": pair["index"]} if "index" in pair else {})


def _invoice(pk: int) -> dict[str, Any]:
    return {"id": pk, "url": link_to("invoice-detail", pk)}


extend_schema_field(ReceiptSnapshotSerializer(allow_null=True))(SnapshotOfReceiptField)
