"""Rows that uploads rejected, and how much room they take."""

from typing import Any

import msgspec
from django.db import models
from django.db.models.fields.json import KT

from apiauth.models import Account, OfAccount, SameAccount, account_of_parent, within_account
from receivables.uploads.models.uploads import Upload


class RejectedRow(OfAccount):
    """A row that an upload rejected: every error in it, and of a lenient upload the row as it was sent.

    A dry run stores none.
    """

    account = account_of_parent()
    upload_id = models.UUIDField()
    upload = within_account(Upload, "upload_id", "rejected_rows")
    index = models.PositiveIntegerField(help_text="Its place in the array, counted from 0.")
    text = models.TextField(help_text="The row as it was sent; empty where the upload was strict.")
    errors = models.JSONField()

    class Meta(OfAccount.Meta):
        constraints = [
            *OfAccount.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "upload_id", "index"], name="%(app_label)s_%(class)s_unique_upload_index"
            ),
            SameAccount(column="upload_id", to="uploads.Upload", name="%(app_label)s_%(class)s_upload"),
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


class RejectedBytes(OfAccount):
    """How much the uploads of an account stored on its latest day of their errors and bad rows."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="+")
    day = models.DateField(help_text="In UTC.")
    used = models.PositiveBigIntegerField()

    class Meta:
        constraints = []  # the account is its key

    def __str__(self) -> str:
        return f"{self.used} bytes of account {self.account_id} on {self.day}"
