"""Rejected rows, how much of them an account may store in a day, and whose feeds pad numbers."""

from typing import Any

import msgspec
from django.db import models
from django.db.models.fields.json import KT

from apiauth.models import Account
from receivables.uploads.models.uploads import Upload
from receivables.uploads.resources import Resource


class RejectedRow(models.Model):
    """A row that an upload rejected: every error in it, and of a lenient upload the row as it was sent.

    A dry run stores none.
    """

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="rejected_rows", db_index=False)
    index = models.PositiveIntegerField(help_text="Its place in the array, counted from 0.")
    text = models.TextField(help_text="The row as it was sent; empty where the upload was strict.")
    errors = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upload", "index"], name="%(app_label)s_%(class)s_unique_upload_index")
        ]
        indexes = [  # what was rejected of an invoice
            models.Index(KT("errors__0__identity__invoiceNumber"), name="rejected_rows_of_invoice")
        ]

    def __str__(self) -> str:
        return f"row {self.index + 1} of upload {self.upload_id}"

    @property
    def raw_json(self) -> Any:
        """The row as JSON that leaves as it came, or as a text where it was none."""
        try:
            return msgspec.json.decode(self.text, type=msgspec.Raw)
        except (msgspec.MsgspecError, RecursionError):
            return self.text


class RejectedBytes(models.Model):
    """How much the uploads of an account stored on its latest day of their errors and bad rows."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="+")
    day = models.DateField(help_text="In UTC.")
    used = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return f"{self.used} bytes of account {self.account_id} on {self.day}"


class PaddedFeed(models.Model):
    """An account whose last stored upload of a resource had customer numbers padded with zeros."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    resource = models.CharField(max_length=16, choices=Resource)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["account", "resource"], name="%(app_label)s_%(class)s_unique_account_resource"
            )
        ]

    def __str__(self) -> str:
        return f"{self.resource} of account {self.account_id}"
