"""What came in: one record for every upload, refused ones too."""

import uuid
from typing import Self

from django.db import models
from django.db.models import F
from django.db.models.functions import Now

from apiauth.models import Account, ApiKey


class Resource(models.TextChoices):
    INVOICES = "invoices", "invoices"
    CUSTOMERS = "customers", "customers"


class Outcome(models.TextChoices):
    ACCEPTED = "accepted", "accepted"
    PARTIAL = "partial", "partial"
    REFUSED = "refused", "refused"


class UploadQuerySet(models.QuerySet["Upload"]):
    def of_account(self, account: Account) -> Self:
        return self.filter(account=account)


class Upload(models.Model):
    """The receipt of one upload, as its sender was told. It is written once and never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="uploads", db_index=False)
    api_key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="uploads", db_index=False)
    resource = models.CharField(max_length=16, choices=Resource)
    outcome = models.CharField(max_length=16, choices=Outcome)

    received_count = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    updated_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    rejected_count = models.PositiveIntegerField(default=0)
    invalid_count = models.PositiveIntegerField(default=0, help_text="Rows with an error of their own.")

    totals = models.JSONField(default=list)
    errors = models.JSONField(default=list)
    errors_omitted_count = models.PositiveIntegerField(default=0)
    warnings = models.JSONField(default=list)
    warnings_omitted_count = models.PositiveIntegerField(default=0)

    created_at = models.DateTimeField(db_default=Now(), editable=False)
    duration = models.DurationField(help_text="From the first byte read to the receipt.")

    objects = UploadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    received_count=F("created_count") + F("updated_count") + F("unchanged_count") + F("rejected_count")
                ),
                name="%(app_label)s_%(class)s_every_row_is_counted",
            )
        ]
        indexes = [models.Index(fields=["account", "-created_at", "id"], name="uploads_page")]  # the list, newest first

    def __str__(self) -> str:
        return f"{self.resource} {self.id}"

    @property
    def duration_seconds(self) -> float:
        return self.duration.total_seconds()
