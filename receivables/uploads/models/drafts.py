"""What waits, in pieces: bodies for a worker, and files of staff until they confirm what their upload would do."""

import uuid
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models.functions import Now

from apiauth.models import Handling, OfAccount, SameAccount, account_of_parent, within_account
from receivables.uploads.models.uploads import Upload
from receivables.uploads.resources import Resource

DRAFT_LIFETIME = timedelta(days=1)


class PartManager(models.Manager[Any]):
    def store(self, contents: Iterable[bytes]) -> int:
        """Store them in their order; return their bytes."""
        size = 0
        for number, content in enumerate(contents):
            self.create(number=number, content=content)
            size += len(content)
        return size

    def contents(self) -> Iterator[bytes]:
        """Yield them in their order, fetched one by one."""
        found = self.order_by("number").values_list("content", flat=True)
        with transaction.atomic():
            yield from map(bytes, found.iterator(chunk_size=1))


class Part(OfAccount):
    """A piece of what came in, compressed with zstd."""

    account = account_of_parent()
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    objects = PartManager()

    class Meta(OfAccount.Meta):
        abstract = True


class BodyPart(Part):
    """A piece of the body of an upload that waits for a worker, or is being read by one."""

    upload_id = models.UUIDField()
    upload = within_account(Upload, "upload_id", "body_parts")

    class Meta(Part.Meta):
        constraints = [
            *Part.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "upload_id", "number"], name="%(app_label)s_%(class)s_unique_upload_number"
            ),
            SameAccount(column="upload_id", to="uploads.Upload", name="%(app_label)s_%(class)s_upload"),
        ]

    def __str__(self) -> str:
        return f"part {self.number} of upload {self.upload_id}"


class DraftQuerySet(models.QuerySet["Draft"]):
    def expired(self) -> Self:
        return self.filter(created_at__lte=Now() - DRAFT_LIFETIME)

    def alive(self) -> Self:
        return self.filter(created_at__gt=Now() - DRAFT_LIFETIME)


class Draft(OfAccount):
    """A file that a member of staff chose, until they confirm what its upload would do; it expires after a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    resource = models.CharField(max_length=16, choices=Resource)
    handling = models.CharField(max_length=16, choices=Handling, default=Handling.STRICT)
    file_name = models.CharField(max_length=255)
    file_format = models.CharField(max_length=16)
    file_size = models.PositiveBigIntegerField(help_text="Bytes, unfolded.")
    encoding = models.CharField(max_length=16, help_text="Of a CSV file.")
    delimiter = models.CharField(
        max_length=1, blank=True, default="", db_default="", help_text="Of a CSV file; blank: its own."
    )
    sheet = models.CharField(max_length=255, blank=True, help_text="Of a workbook.")
    columns = models.JSONField(default=dict, help_text="What becomes of columns that are no field of the contract.")
    numbers = models.CharField(
        max_length=16, blank=True, default="", db_default="", help_text="How it writes them, if stated."
    )
    dates = models.CharField(
        max_length=16, blank=True, default="", db_default="", help_text="How it writes days, if stated."
    )
    day_cells = models.CharField(
        max_length=16, blank=True, default="", db_default="", help_text="Of a workbook, if stated."
    )
    is_full_load = models.BooleanField(
        default=False, db_default=False, help_text="Whether it is all that is open in its company codes."
    )
    company_codes = ArrayField(
        models.CharField(max_length=32, blank=True), null=True, help_text="Of a full load; null: those of its rows."
    )
    cutoff = models.DateTimeField(null=True, help_text="Of a full load: what the account had when the file came.")
    foreseen = models.JSONField(null=True, help_text="What its upload would change, beside the receipt of the preview.")
    facts = models.JSONField(null=True, help_text="What one look through the file found; none before it.")
    # Dry runs are deleted with their draft alone.
    preview_id = models.UUIDField(null=True)
    preview = within_account(Upload, "preview_id", "drafts", models.DO_NOTHING, null=True)
    upload_id = models.UUIDField(null=True)
    upload = within_account(Upload, "upload_id", "+", models.DO_NOTHING, null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = DraftQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.file_name} for {self.account}"


class FilePart(Part):
    draft_id = models.UUIDField()
    draft = within_account(Draft, "draft_id", "file_parts")

    class Meta(Part.Meta):
        constraints = [
            *Part.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "draft_id", "number"], name="%(app_label)s_%(class)s_unique_draft_number"
            ),
            SameAccount(column="draft_id", to="uploads.Draft", name="%(app_label)s_%(class)s_draft"),
        ]

    def __str__(self) -> str:
        return f"part {self.number} of draft {self.draft_id}"


class ColumnMapping(OfAccount):
    """How a file with these headers was read, to be proposed for the next one."""

    resource = models.CharField(max_length=16, choices=Resource)
    headers_digest = models.CharField(max_length=64, help_text="SHA-256 of the sorted headers.")
    columns = models.JSONField(help_text="A field of the contract for each column, + to keep it as extra, - for none.")
    numbers = models.CharField(
        max_length=16, blank=True, default="", db_default="", help_text="How the file wrote its numbers."
    )
    dates = models.CharField(
        max_length=16, blank=True, default="", db_default="", help_text="How the file wrote its days."
    )
    used_at = models.DateTimeField(db_default=Now())

    class Meta(OfAccount.Meta):
        constraints = [
            *OfAccount.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "resource", "headers_digest"], name="%(app_label)s_%(class)s_unique_headers"
            ),
        ]

    def __str__(self) -> str:
        return f"columns of {self.resource} of {self.account_id}"
