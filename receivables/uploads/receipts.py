"""What a sender is told of an upload: counts, totals, errors, warnings."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers
from rest_framework.exceptions import APIException

from receivables.uploads.models import Upload


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
    code = serializers.CharField()
    message = serializers.CharField(help_text="For people; rows are counted from 1 here.")
    identity = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="The row's own numbers, as it sent them."
    )


class ReceiptWarningSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    field = serializers.CharField(required=False)
    rows = serializers.IntegerField(help_text="Rows it was noted in.")
    firstIndex = serializers.IntegerField(help_text="The first of them, counted from 0.")
    message = serializers.CharField()


class UploadSummarySerializer(serializers.ModelSerializer[Upload]):
    """One upload in the list of uploads; its address gives the whole receipt."""

    url = serializers.SerializerMethodField()
    received = serializers.IntegerField(source="received_count")
    created = serializers.IntegerField(source="created_count")
    updated = serializers.IntegerField(source="updated_count")
    unchanged = serializers.IntegerField(source="unchanged_count")
    rejected = serializers.IntegerField(source="rejected_count", help_text="Rows not taken.")
    invalid = serializers.IntegerField(source="invalid_count", help_text="Rows with an error of their own.")
    createdAt = serializers.DateTimeField(source="created_at")
    key = serializers.CharField(source="api_key.key", help_text="The key that sent it.")

    class Meta:
        model = Upload
        fields = [
            "id",
            "url",
            "resource",
            "outcome",
            "createdAt",
            "key",
            "received",
            "created",
            "updated",
            "unchanged",
            "rejected",
            "invalid",
        ]

    def get_url(self, upload: Upload) -> str:
        return reverse("upload-detail", args=[upload.pk])


class ReceiptSerializer(UploadSummarySerializer):
    """The whole receipt. received = created + updated + unchanged + rejected, always."""

    dryRun = serializers.SerializerMethodField(help_text="Whether the upload was only tried.")
    durationSeconds = serializers.FloatField(source="duration_seconds", help_text="Time the upload took.")
    totals = ReceiptTotalSerializer(many=True)
    errors = ReceiptErrorSerializer(many=True, help_text="The first 1,000.")  # type: ignore[assignment]
    errorsOmitted = serializers.IntegerField(source="errors_omitted_count")
    warnings = ReceiptWarningSerializer(many=True)
    warningsOmitted = serializers.IntegerField(source="warnings_omitted_count")

    class Meta(UploadSummarySerializer.Meta):
        fields = [
            *UploadSummarySerializer.Meta.fields,
            "dryRun",
            "durationSeconds",
            "totals",
            "errors",
            "errorsOmitted",
            "warnings",
            "warningsOmitted",
        ]

    def get_dryRun(self, upload: Upload) -> bool:
        return False


class UploadRefused(APIException):
    """A refused upload as an error: its receipt is the problem document's members."""

    def __init__(self, upload: Upload, status: int = 400):
        self.status_code = status
        super().__init__(_why(upload))
        self.problem_members = ReceiptSerializer(upload).data


def _why(upload: Upload) -> str:
    if not upload.received_count:
        return f"{upload.errors[0]['message']} Nothing was stored."
    return (
        f"{upload.invalid_count:,} of {upload.received_count:,} rows have errors, so none of the array was stored. "
        "Correct the rows that `errors` names and send the array again."
    )
