"""Full loads as they leave, and what is said to begin and to end one."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.http.addresses import link_to
from customers.imported.numbers import without_invisible
from receivables.money import amount_text
from receivables.uploads.api.receipt_snapshots import WithheldReasonSerializer
from receivables.uploads.api.small_bodies import MembersSerializer
from receivables.uploads.api.term_fields import MAX_CODE, MAX_CODES, ExtractedAtField, OpenSumsField
from receivables.uploads.findings import without_params
from receivables.uploads.loads.expiry import LIFETIME
from receivables.uploads.loads.parts import Parts
from receivables.uploads.loads.terms import BeginTerms, CommitTerms
from receivables.uploads.messages import printable
from receivables.uploads.models import Form, FullLoad, LoadedCode, LoadState
from receivables.uploads.reading.refusals import storable
from receivables.uploads.resources import Resource

MOST_ROWS = 2**31 - 1
INVOICES = {"type": "string", "const": Resource.INVOICES.value}


@extend_schema_field(INVOICES)
class InvoicesField(serializers.ChoiceField):
    """What a full load is of: there is one resource that has them."""

    def __init__(self, **options: Any):
        super().__init__(choices=[Resource.INVOICES.value], **options)

    def to_internal_value(self, data: Any) -> Any:
        """The error quotes what came."""
        return super().to_internal_value(printable(data) if isinstance(data, str) else data)


class CodeField(serializers.CharField):
    default_error_messages = {"unstorable": "It has characters that cannot be stored."}

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, str) and not storable(data):
            raise serializers.ValidationError(self.error_messages["unstorable"], code="invalid")
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> str:
        """Return a code as rows have it once they are read."""
        return without_invisible(super().to_internal_value(data))


class CodesField(serializers.ListField):
    """A list whose errors are named as those of one field."""

    def run_child_validation(self, data: Any) -> Any:
        try:
            return super().run_child_validation(data)
        except serializers.ValidationError as error:
            by_index: Any = error.detail
            raise serializers.ValidationError([each for found in by_index.values() for each in found]) from None


class MomentOfLoadField(ExtractedAtField):
    """As the parameter of uploads, in JSON."""

    def to_internal_value(self, value: Any) -> Any:
        return super().to_internal_value(value if isinstance(value, str) else str(value))


class SumsOfLoadField(OpenSumsField):
    """As the parameter of uploads, in JSON."""

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(data if isinstance(data, str) else str(data))


class BeginSerializer(MembersSerializer):
    """What a full load in parts is of."""

    resource = InvoicesField(default=Resource.INVOICES.value)
    companyCodes = CodesField(
        child=CodeField(max_length=MAX_CODE, allow_blank=True),
        min_length=1,
        max_length=MAX_CODES,
        help_text='The company codes whose open items the load has; `""` is the blank one.',
    )
    extractedAt = MomentOfLoadField(
        required=False,
        allow_null=True,
        help_text="When the rows left the ledger, with an offset; at most 10 minutes ahead. What came since, or within "
        "15 minutes before, is not closed.",
    )

    def terms(self, idempotency_key: str) -> BeginTerms:
        said = self.validated_data
        return BeginTerms(tuple(said["companyCodes"]), said.get("extractedAt"), idempotency_key)


class CommitSerializer(MembersSerializer):
    """What must be true of a full load for it to end; each may be left out."""

    parts = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=1_000_000, help_text="How many different parts it has."
    )
    expectedRows = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=MOST_ROWS, help_text="How many different items it has."
    )
    expectedOpen = SumsOfLoadField(
        required=False,
        allow_null=True,
        help_text="What would be open in its company codes once what is missing is closed: `1000/USD:123.45`; every "
        "company code and currency must be named.",
    )
    dryRun = serializers.BooleanField(default=False, help_text="Says what would become of it, and leaves it open.")

    allowEmpty = serializers.BooleanField(
        default=False, help_text="Allows it to have no row of its company codes: nothing is open in them."
    )

    def terms(self) -> CommitTerms:
        said = self.validated_data
        numbers = (said.get("parts"), said.get("expectedRows"), said.get("expectedOpen"))
        return CommitTerms(*numbers, is_dry_run=said["dryRun"], allow_empty=said["allowEmpty"])


class ItemsSerializer(serializers.Serializer[Any]):
    """Open items of one currency."""

    currency = serializers.CharField(allow_blank=True)
    items = serializers.IntegerField()
    openAmount = serializers.CharField(help_text="Their sum, an exact decimal as text.")


@extend_schema_field(ItemsSerializer(many=True))
class ItemsField(serializers.Field[Any, Any, Any, Any]):
    """Open items of a company code by currency, under the name of the field."""

    def __init__(self, **options: Any):
        super().__init__(source="*", read_only=True, **options)

    def to_representation(self, code: LoadedCode) -> list[dict[str, Any]]:
        places = code.load.account.amount_decimal_places
        return [
            {
                "currency": tally["currency"],
                "items": tally["items"],
                "openAmount": amount_text(Decimal(tally["amount"]), places),
            }
            for tally in getattr(code, str(self.field_name))
        ]


class LoadedCodeSerializer(serializers.Serializer[Any]):
    """One company code of a full load that ended."""

    companyCode = serializers.CharField(source="company_code", allow_blank=True)
    rows = serializers.IntegerField(source="row_count", help_text="Different items that the load had of it.")
    open = ItemsField(help_text="What was open before the load.")
    missing = ItemsField(help_text="What of it the load lacked.")
    closed = ItemsField(help_text="What of it is closed.")


def _address(name: str, pk: Any) -> str | None:
    return link_to(name, pk) if pk else None


class SnapshotSummarySerializer(serializers.Serializer[FullLoad]):
    """One full load in the list of them, as it is now."""

    id = serializers.UUIDField()
    url = serializers.SerializerMethodField()
    resource = serializers.SerializerMethodField()
    form = serializers.ChoiceField(choices=Form.choices)
    state = serializers.ChoiceField(choices=LoadState.choices)
    companyCodes = serializers.ListField(child=serializers.CharField(allow_blank=True), source="company_codes")
    key = serializers.CharField(
        source="api_key.key", allow_null=True, help_text="The key that sent it; null where staff uploaded a file."
    )
    extractedAt = serializers.DateTimeField(source="extracted_at", allow_null=True)
    beganAt = serializers.DateTimeField(source="began_at")
    lastPartAt = serializers.DateTimeField(source="last_part_at")
    endedAt = serializers.DateTimeField(source="ended_at", allow_null=True)
    rows = serializers.IntegerField(source="row_count", help_text="Different items that it had, once it ended.")
    reasons = serializers.SerializerMethodField(help_text="Why it was withheld.")
    commit = serializers.SerializerMethodField(help_text="The upload that ended it.")
    confirmation = serializers.SerializerMethodField(help_text="The upload that confirmed it.")
    abandonedFor = serializers.SerializerMethodField(help_text="The later load for which it was abandoned.")

    def get_url(self, load: FullLoad) -> str:
        return link_to("snapshot-detail", load.pk)

    @extend_schema_field(INVOICES)
    def get_resource(self, load: FullLoad) -> str:
        return Resource.INVOICES.value

    @extend_schema_field(WithheldReasonSerializer(many=True))
    def get_reasons(self, load: FullLoad) -> list[dict[str, Any]]:
        return without_params(load.reasons)

    def get_commit(self, load: FullLoad) -> str | None:
        return _address("upload-detail", load.commit_id)

    def get_confirmation(self, load: FullLoad) -> str | None:
        return _address("upload-detail", load.confirmation_id)

    def get_abandonedFor(self, load: FullLoad) -> str | None:
        return _address("snapshot-detail", load.abandoned_for)


class SnapshotSerializer(SnapshotSummarySerializer):
    """One full load, as it is now."""

    expiresAt = serializers.SerializerMethodField(help_text="When it expires, if no part comes before.")
    parts = serializers.SerializerMethodField(help_text="The numbers of the parts that were taken.")
    waiting = serializers.SerializerMethodField(help_text="Its uploads that wait for a worker, or are under way.")
    codes = serializers.SerializerMethodField(help_text="By company code, once it ended.")
    abandoned = serializers.SerializerMethodField(help_text="The open loads that were abandoned for it.")
    missing = serializers.SerializerMethodField(help_text="Where the items that it lacked are listed.")

    def to_representation(self, load: FullLoad) -> dict[str, Any]:
        self.of_load = Parts(load)
        return super().to_representation(load)

    @extend_schema_field({"type": ["string", "null"], "format": "date-time"})
    def get_expiresAt(self, load: FullLoad) -> str | None:
        if load.state != LoadState.OPEN or load.form != Form.PARTS:
            return None
        return serializers.DateTimeField().to_representation(load.last_part_at + LIFETIME)

    def get_parts(self, load: FullLoad) -> list[int]:
        return self.of_load.numbers

    def get_waiting(self, load: FullLoad) -> int:
        return self.of_load.waiting_count

    @extend_schema_field(LoadedCodeSerializer(many=True))
    def get_codes(self, load: FullLoad) -> Any:
        codes = load.codes.filter(account=load.account_id).select_related("load__account").order_by("company_code")
        return LoadedCodeSerializer(codes, many=True).data

    def get_abandoned(self, load: FullLoad) -> list[str]:
        abandoned = FullLoad.objects.of_account(load.account).filter(abandoned_for=load.pk)
        return [link_to("snapshot-detail", pk) for pk in abandoned.values_list("pk", flat=True)]

    def get_missing(self, load: FullLoad) -> str:
        return link_to("snapshot-missing", load.pk)
