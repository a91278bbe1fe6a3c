"""Full loads: all that is open in some company codes, said in one upload or in parts; what they lack may be closed."""

import uuid
from datetime import datetime
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apiauth.models import Account, OfAccount, SameAccount, account_of_parent, account_of_row, within_account
from receivables.uploads.models.uploads import key_of_sender


class Form(models.TextChoices):
    """How a full load comes: who begins it, and what ends it."""

    REQUEST = "request", _("one request")
    PARTS = "parts", _("in parts")
    AUTOMATIC = "automatic", _("uploads of a key, until none comes")
    FILE = "file", _("a file of staff")


class LoadState(models.TextChoices):
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed what it lacks")
    NOTHING_TO_CLOSE = "nothing_to_close", _("lacks nothing")
    WITHHELD = "withheld", _("withheld")
    SUPERSEDED = "superseded", _("superseded by a later one")
    REFUSED = "refused", _("refused")
    ABANDONED = "abandoned", _("abandoned")
    EXPIRED = "expired", _("expired")
    UNDONE = "undone", _("taken back")


# The next load of their company codes is measured against them.
EFFECTIVE = (LoadState.CLOSED, LoadState.NOTHING_TO_CLOSE)


CAME_TO_NOTHING = (LoadState.REFUSED, LoadState.ABANDONED, LoadState.EXPIRED)


class FullLoadQuerySet(models.QuerySet["FullLoad"]):
    def of_account(self, account: Account) -> Self:
        return self.filter(account=account)

    def of_codes(self, codes: list[str]) -> Self:
        return self.filter(company_codes__overlap=codes)

    def under_way(self) -> Self:
        return self.filter(state=LoadState.OPEN)


class FullLoad(OfAccount):
    """One full load, as it is now; the receipts of its uploads stay as they were told.

    Its rows left the ledger at `extracted_at`, else when it began. What another upload created, changed or saw after
    `cutoff`, a moment of the account, it cannot know of.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = account_of_row("full_loads")
    # Who began it: a key, or a member of staff by the upload page.
    api_key = key_of_sender("full_loads")
    staff_username = models.CharField(max_length=150, blank=True, db_default="", editable=False)
    form = models.CharField(max_length=16, choices=Form)
    state = models.CharField(max_length=16, choices=LoadState, default=LoadState.OPEN)
    company_codes = ArrayField(models.CharField(max_length=32, blank=True), help_text="An empty one is one, too.")
    idempotency_key = models.CharField(max_length=255, blank=True)
    extracted_at = models.DateTimeField(null=True)
    cutoff = models.DateTimeField(help_text="What came to the account after it is not known to the load.")
    began_at = models.DateTimeField(db_default=Now())
    last_part_at = models.DateTimeField(db_default=Now(), help_text="When its last upload came, or it began.")
    # The uploads that ended it: its commit (its only upload, where it came in one request) and the confirmation.
    commit_id = models.UUIDField(null=True)
    confirmation_id = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="The moment of its commit, then of its confirmation.")
    abandoned_for = models.UUIDField(null=True, help_text="The later load of its sender for which it was abandoned.")
    open_before = models.JSONField(
        default=list, help_text="What was open in the account when it began: company code, currency, items and sums."
    )
    row_count = models.PositiveIntegerField(default=0, help_text="Distinct items that it had.")
    reasons = models.JSONField(default=list, help_text="Why it was withheld: code, message, params.")

    objects = FullLoadQuerySet.as_manager()

    class Meta(OfAccount.Meta):
        verbose_name, verbose_name_plural = _("full load"), _("full loads")
        permissions = [("confirm_fullload", "Can confirm what a full load would close")]
        constraints = [
            *OfAccount.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(api_key__isnull=False) ^ ~models.Q(staff_username=""),
                name="%(app_label)s_%(class)s_has_one_sender",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-began_at", "id"], name="full_loads_page"),  # the list, newest first
            models.Index(  # what an upload has to know of
                fields=["account"],
                condition=models.Q(state__in=[LoadState.OPEN, LoadState.WITHHELD]),
                name="full_loads_pending",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.id}"

    @property
    def as_of(self) -> datetime:
        """When its rows left the ledger; where its sender does not say, when it began."""
        return self.extracted_at or self.began_at


class OfLoad(OfAccount):
    """What belongs to a full load, and to its account."""

    account = account_of_parent()
    load_id = models.UUIDField()

    class Meta(OfAccount.Meta):
        abstract = True
        default_permissions = ()
        constraints = [
            *OfAccount.Meta.constraints,
            SameAccount(column="load_id", to="uploads.FullLoad", name="%(app_label)s_%(class)s_load"),
        ]


class LoadedCode(OfLoad):
    """One company code of a full load that ended: how much of it was open, and how much of that it lacked.

    `open`, `missing` and `closed` are lists by currency: [{"currency", "items", "magnitude", "amount"}], with sums as
    texts; the magnitude is the sum of open amounts without their signs.
    """

    load = within_account(FullLoad, "load_id", "codes")
    company_code = models.CharField(max_length=32, blank=True)
    row_count = models.PositiveIntegerField(default=0)
    open = models.JSONField(default=list)
    missing = models.JSONField(default=list)
    closed = models.JSONField(default=list)
    ended_at = models.DateTimeField(help_text="The moment of the load's commit, then of its confirmation.")
    is_effective = models.BooleanField(default=False, help_text="Whether the load closed, or was confirmed.")

    class Meta(OfLoad.Meta):
        constraints = [
            *OfLoad.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "load_id", "company_code"], name="%(app_label)s_%(class)s_unique_load_code"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "company_code", "-ended_at"], name="loads_of_code"),
        ]

    def __str__(self) -> str:
        return f"{self.company_code or '(blank)'} of {self.load_id}"


class Fate(models.TextChoices):
    """What became of an item that a full load lacked."""

    MISSING = "missing", _("not decided")
    CLOSED = "closed", _("closed")
    SEEN = "seen", _("seen by a later upload")
    CHANGED = "changed", _("changed by a later upload")


class MissingItem(OfLoad):
    """An open item that a full load lacked, with what was owed on it then."""

    load = within_account(FullLoad, "load_id", "missing_items")
    invoice_id = models.BigIntegerField()
    company_code = models.CharField(max_length=32, blank=True)
    currency = models.CharField(max_length=16, blank=True)
    open_amount = models.DecimalField(max_digits=23, decimal_places=4, null=True)
    fate = models.CharField(max_length=16, choices=Fate, default=Fate.MISSING, db_default=Fate.MISSING)
    near_id = models.BigIntegerField(null=True, help_text="The item that the load created under another spelling.")

    class Meta(OfLoad.Meta):
        constraints = [
            *OfLoad.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "load_id", "invoice_id"], name="%(app_label)s_%(class)s_unique_load_invoice"
            ),
        ]

    def __str__(self) -> str:
        return f"item {self.invoice_id} missing in {self.load_id}"


class SeenItems(OfAccount):
    """Items that an upload brought and that were stored already: their ids, ascending, in chunks.

    Stored while it matters to a full load, and removed by the worker.
    """

    upload_id = models.UUIDField()
    number = models.PositiveIntegerField()
    seen_at = models.DateTimeField(help_text="The moment of the upload.")
    load_id = models.UUIDField(null=True, help_text="The full load that the upload is of.")
    item_ids = ArrayField(models.BigIntegerField())

    class Meta(OfAccount.Meta):
        default_permissions = ()
        constraints = [
            *OfAccount.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "upload_id", "number"], name="%(app_label)s_%(class)s_unique_upload_number"
            ),
        ]
        indexes = [models.Index(fields=["account", "seen_at"], name="seen_items_by_time")]

    def __str__(self) -> str:
        return f"{len(self.item_ids)} items seen by {self.upload_id}"


class ProtectedIdentity(OfLoad):
    """What could be read of the identity of a row that a full load refused; every item that agrees stays open.

    `parts` has the columns that could be read; a number under the column of its key.
    """

    load = within_account(FullLoad, "load_id", "protected")
    upload_id = models.UUIDField()
    index = models.PositiveIntegerField(help_text="Of the row in its upload, counted from 0.")
    parts: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField()

    class Meta(OfLoad.Meta):
        constraints = [
            *OfLoad.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "load_id", "upload_id", "index"], name="%(app_label)s_%(class)s_unique_row"
            ),
        ]

    def __str__(self) -> str:
        return f"row {self.index + 1} of upload {self.upload_id}"
