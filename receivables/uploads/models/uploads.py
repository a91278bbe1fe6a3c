"""What came in: one record for every upload, refused ones too, and what is known of feeds."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from operator import add
from typing import Any, Self

from django.db import models
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apiauth.models import (
    Account,
    ApiKey,
    Handling,
    OfAccount,
    Scope,
    account_of_row,
    first_of_each,
)
from receivables.uploads.resources import INVALID, OUTCOMES, RECEIVED, Resource


class Outcome(models.TextChoices):
    ACCEPTED = "accepted", _("accepted")
    PARTIAL = "partial", _("partial")
    REFUSED = "refused", _("refused")


class State(models.TextChoices):
    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    FINISHED = "finished", _("finished")


class Kind(models.TextChoices):
    """What an upload does: each has a moment and a receipt of its own."""

    ROWS = "rows", _("rows")
    COMMIT = "commit", _("end of a full load")
    CONFIRMATION = "confirmation", _("confirmation of a full load")
    UNDO = "undo", _("taking back")


def key_of_sender(related_name: str) -> "models.ForeignKey[Any, Any]":
    """The key that sent it, if none of staff did. No constraint checks it: accounts may lie on other machines."""
    return models.ForeignKey(
        ApiKey, on_delete=models.PROTECT, related_name=related_name, db_index=False, db_constraint=False, null=True
    )


class UploadQuerySet(models.QuerySet["Upload"]):
    def of_account(self, account: Account) -> Self:
        return self.filter(account=account)

    def readable_by(self, api_key: ApiKey) -> Self:
        """Uploads of the key's account; of a key that may not read, those that it sent itself."""
        own = self.of_account(api_key.account)
        return own if Scope.READ in api_key.scopes else own.filter(api_key=api_key)

    def that_stored(self) -> Self:
        """Uploads that left rows in their table."""
        return self.filter(outcome__in=[Outcome.ACCEPTED, Outcome.PARTIAL], is_dry_run=False)

    def in_effect(self) -> Self:
        """Uploads that left rows in their table, and that were not taken back."""
        return self.that_stored().filter(undone_by=None)


class Upload(OfAccount):
    """The receipt of one upload, as its sender got it. Once the upload is finished it never changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = account_of_row("uploads")
    # Who sent it: a key, or a member of staff by the upload page.
    api_key = key_of_sender("uploads")
    staff_username = models.CharField(max_length=150, blank=True, db_default="", editable=False)
    file_name = models.CharField(max_length=255, blank=True, db_default="", help_text="Of a file that staff uploaded.")
    file_lines = models.JSONField(null=True, help_text="Where its rows stand: [index, line] wherever lines jump.")
    resource = models.CharField(max_length=16, choices=Resource)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.ROWS, db_default=Kind.ROWS)
    load_id = models.UUIDField(null=True, editable=False, help_text="The full load that it is of, if any.")
    part = models.PositiveIntegerField(null=True, editable=False, help_text="Its number among the parts of that load.")
    extracted_at = models.DateTimeField(null=True, editable=False, help_text="When its rows left the ledger.")
    # Its one moment, later than any before of the account and resource; null where it changed nothing.
    merged_at = models.DateTimeField(null=True, editable=False)
    state = models.CharField(max_length=16, choices=State, default=State.FINISHED)
    outcome = models.CharField(max_length=16, choices=Outcome, blank=True, help_text="Empty until it is finished.")
    media_type = models.CharField(max_length=64, blank=True, help_text="Of a body that is kept for a worker.")
    waiting_bytes = models.BigIntegerField(default=0, db_default=0, help_text="Of a body that was kept for a worker.")
    terms = models.JSONField(default=dict, help_text="What the sender asked for beside the rows.")
    handling = models.CharField(max_length=16, choices=Handling, default=Handling.STRICT)
    is_dry_run = models.BooleanField("dry run", default=False, help_text="It was only tried: nothing was stored.")
    idempotency_key = models.CharField(max_length=255, blank=True)
    body_digest = models.BinaryField(max_length=32, null=True, help_text="SHA-256 of the body, decompressed.")
    same_body_as = models.UUIDField(null=True, help_text="An earlier upload of the same body that was taken.")

    # How far an upload is that runs in the background.
    read_count = models.PositiveIntegerField(default=0)
    staged_count = models.PositiveIntegerField(default=0)
    merged_count = models.PositiveIntegerField(default=0)

    received_count = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    updated_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    rejected_count = models.PositiveIntegerField(default=0)
    invalid_count = models.PositiveIntegerField(default=0, help_text=INVALID.help_text)
    has_complete_counts = models.BooleanField(
        default=True, db_default=True, help_text="False where reading stopped for too many bad rows."
    )

    rejected_stored_count = models.PositiveIntegerField(
        db_column="rejected_kept_count",
        default=0,
        help_text="Rows with errors that are stored, or would be if it was no dry run.",
    )

    # Positive by what is written; a constraint would scan a large table.
    unreadable_count = models.IntegerField(
        default=0, db_default=0, help_text="Refused rows of a full load of which no number can be read."
    )
    over_budget_count = models.IntegerField(
        default=0, db_default=0, help_text="Rows with errors that would be kept if the account's day had room for them."
    )

    closed_count = models.PositiveIntegerField(default=0, db_default=0)
    reopened_count = models.PositiveIntegerField(default=0, db_default=0)
    snapshot = models.JSONField(null=True, help_text="What became of its full load, as its sender was told.")

    # Of an undo: what it takes back (an upload; of a full load, `load_id` names it), and what became of the rows.
    undoes = models.UUIDField(null=True, editable=False)
    undo = models.JSONField(null=True, help_text="What an undo did: its counts, and what it has to restore.")
    undone_by = models.UUIDField(null=True, editable=False, help_text="The undo that took it back.")
    has_full_history = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Whether all that it changed is known, so that it can be taken back. Not of earlier releases.",
    )

    totals = models.JSONField(default=list)
    errors = models.JSONField(default=list)
    errors_omitted_count = models.PositiveIntegerField(default=0)
    warnings = models.JSONField(default=list)
    warnings_omitted_count = models.PositiveIntegerField(default=0)

    created_at = models.DateTimeField(db_default=Now(), editable=False)
    duration = models.DurationField(help_text="From the first byte read to the receipt.")

    objects = UploadQuerySet.as_manager()

    class Meta(OfAccount.Meta):
        verbose_name, verbose_name_plural = _("upload"), _("uploads")
        permissions = [("undo_upload", "Can take back what an upload did")]
        constraints = [
            *OfAccount.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q((RECEIVED.column, reduce(add, (F(count.column) for count in OUTCOMES)))),
                name="%(app_label)s_%(class)s_every_row_is_counted",
            ),
            models.CheckConstraint(
                condition=models.Q(api_key__isnull=False) ^ ~models.Q(staff_username=""),
                name="%(app_label)s_%(class)s_has_one_sender",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at", "id"], name="uploads_page"),  # the list, newest first
            models.Index(fields=["-created_at", "-id"], name="uploads_by_time"),  # the list of staff of all accounts
            models.Index(  # the first upload of an idempotency key
                fields=["account", "idempotency_key", "-created_at"],
                condition=~models.Q(idempotency_key=""),
                name="uploads_by_idempotency_key",
            ),
            models.Index(fields=["account", "body_digest", "-created_at"], name="uploads_by_body"),  # sameBodyAs
            models.Index(  # the newest moment
                fields=["account", "resource", "-merged_at"],
                condition=models.Q(merged_at__isnull=False),
                name="uploads_by_moment",
            ),
            models.Index(  # from when on it is known what was open
                fields=["account", "-merged_at"],
                condition=models.Q(merged_at__isnull=False, has_full_history=False, resource=Resource.INVOICES),
                name="uploads_without_history",
            ),
            models.Index(  # the parts of a full load
                fields=["account", "load_id", "part"], condition=models.Q(load_id__isnull=False), name="uploads_of_load"
            ),
            models.Index(  # what waits for a worker, of all that ever came
                fields=["account"], condition=~models.Q(state=State.FINISHED), name="uploads_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_resource_display()} {self.id}"

    @property
    def sender(self) -> str:
        """Who sent it, for people."""
        return str(self.api_key) if self.api_key else self.staff_username

    @property
    def body_errors(self) -> list[dict[str, Any]]:
        """Errors of the body as a whole; a row's names the row's identity, as far as it has one."""
        return [error for error in self.errors if "identity" not in error]

    @property
    def was_refused_whole(self) -> bool:
        """Whether good rows were refused too, so that its bad ones alone are not what is to be sent again."""
        return self.outcome == Outcome.REFUSED and (self.handling == Handling.STRICT or bool(self.body_errors))

    @property
    def rejected_omitted_count(self) -> int:
        """Bad rows of which the errors are not stored."""
        return self.invalid_count - self.rejected_stored_count

    @property
    def duration_seconds(self) -> float:
        return self.duration.total_seconds()


def last_uploads(accounts: Sequence[int]) -> dict[int, datetime]:
    """Return when each of some accounts uploaded last, if it ever did; an index knows it."""
    newest = first_of_each(Upload.objects.order_by("-created_at", "id"), accounts, 1)
    return dict(Upload.objects.filter(account__in=accounts, pk__in=list(newest)).values_list("account", "created_at"))


class PaddedFeed(OfAccount):
    """An account whose last stored upload of a resource had customer numbers padded with zeros."""

    resource = models.CharField(max_length=16, choices=Resource)

    class Meta(OfAccount.Meta):
        default_permissions = ()
        constraints = [
            *OfAccount.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "resource"], name="%(app_label)s_%(class)s_unique_account_resource"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource} of account {self.account_id}"
