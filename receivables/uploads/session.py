"""One upload under way: who sends it, on which terms, what it is of a full load, and what was found in its rows."""

from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.utils import timezone

from apiauth.models import Account
from config.api.problems import TooManyRequests
from config.database.base import try_any_lock
from receivables.uploads.findings import Findings
from receivables.uploads.loads import automatic, parts
from receivables.uploads.loads.beginning import LoadRefused
from receivables.uploads.loads.ending import Ending
from receivables.uploads.loads.uploads import begun
from receivables.uploads.models import FullLoad, Upload
from receivables.uploads.sources import Source
from receivables.uploads.terms import Terms

WAIT_SECONDS = 5  # where a key has as many uploads under way as it may


@dataclass
class Progress:
    """How many rows of an upload were read, staged and merged so far."""

    read: int = 0
    staged: int = 0
    merged: int = 0

    def as_counts(self) -> dict[str, int]:
        return {"read_count": self.read, "staged_count": self.staged, "merged_count": self.merged}


@dataclass
class UploadSession:
    """Who sends what, on which terms, since when, and what was found in the rows so far."""

    source: Source
    resource: str
    terms: Terms = field(default_factory=Terms)
    account: Account = field(init=False)
    findings: Findings = field(init=False)
    progress: Progress = field(init=False)
    id: UUID = field(default_factory=uuid4)
    arrived_at: datetime = field(default_factory=timezone.now)
    merged_at: datetime | None = None  # its one moment, once it has merged
    started: float = field(default_factory=monotonic)
    load: FullLoad | None = None  # the full load that it is (a part of)
    ending: Ending | None = None  # how it ended that load, if it did
    snapshot: dict[str, Any] | None = None  # what its receipt tells of the load
    unreadable_count: int = 0  # refused rows of a full load of which no number can be read
    foreseen: dict[str, Any] | None = None  # of a preview: what it would change, as `foresee` has it
    status: int = 400  # of the answer, should it be refused
    is_queued: bool = False  # whether its record exists already and a worker ingests it
    has_slot: bool = False  # whether it counts among those of its key
    was_stopped: bool = False  # whether its rows were not read to the last

    def __post_init__(self) -> None:
        self.account = self.source.account
        self.forget_rows()

    def forget_rows(self) -> None:
        self.progress = Progress()
        self.arrived_at = self.terms.arrived_at or self.arrived_at
        self.findings = Findings(is_strict=not self.terms.is_lenient, sums_money=self.terms.expected_totals is not None)

    @classmethod
    def of(cls, upload: Upload) -> "UploadSession":
        """Return the session of a queued upload."""
        source = Source(upload.account, upload.api_key, upload.staff_username, upload.file_name)
        loads = FullLoad.objects.of_account(upload.account)
        return cls(
            source,
            upload.resource,
            Terms.from_json(upload.terms),
            id=upload.pk,
            arrived_at=upload.created_at,
            load=loads.get(pk=upload.load_id) if upload.load_id else None,
            is_queued=True,
        )

    @property
    def as_of(self) -> datetime:
        """When its rows left the ledger; where its sender does not say, when they came."""
        return self.extracted_at or self.arrived_at

    @property
    def extracted_at(self) -> datetime | None:
        """When its rows left the ledger, if its sender says so: with the rows, or where a load began that has parts."""
        of_load = self.load.extracted_at if self.load and not self.automatic_minutes else None
        return self.terms.extracted_at or of_load

    @property
    def is_preview(self) -> bool:
        """Whether a member of staff wants to see what a file would change."""
        return self.terms.is_dry_run and bool(self.source.staff_username)

    @property
    def automatic_minutes(self) -> int | None:
        """After how many minutes without another one its full load ends, where that ends by itself."""
        return self.terms.of_load.minutes if self.terms.of_load else None

    @property
    def is_whole_load(self) -> bool:
        """Whether the upload is all of a full load."""
        return self.terms.of_load is not None and self.terms.of_load.is_whole

    @property
    def is_part(self) -> bool:
        """Whether it is a part of a full load, which is not to end before; one that is only tried says nothing."""
        return self.terms.of_load is not None and not self.is_whole_load and not self.terms.is_dry_run

    def new_load(self) -> FullLoad:
        """Return the full load that the upload is, as yet without its company codes, not saved."""
        source, terms = self.source, self.terms
        cutoff = terms.of_load.cutoff if terms.of_load else None
        return begun(self.account, source.api_key, source.staff_username, self.arrived_at, terms.extracted_at, cutoff)

    def forget_load(self) -> None:
        """Forget the full load that was rolled back with the rows; parts of one leave it as it is."""
        if self.is_whole_load and not self.is_queued:
            self.load = None

    def acquire_slot(self) -> None:
        """Count among the uploads that its key has under way, until the transaction ends. Those of staff do not count,
        nor those that wait for a worker, which ingests them one after another. Raises TooManyRequests.
        """
        key = self.source.api_key
        if key is None or self.is_queued or self.has_slot:
            return
        if not try_any_lock(f"slot:upload:{key.pk}:", settings.UPLOADS_AT_ONCE):
            message = (
                f"This key has {settings.UPLOADS_AT_ONCE} uploads under way, which is the most at the same time. "
                f"Send this one again when one of them has been answered, or in {WAIT_SECONDS} s."
            )
            raise TooManyRequests(code="too_many_uploads", message=message, wait=WAIT_SECONDS)
        self.has_slot = True
        if self.load and self.is_part:
            parts.hold(self.load)

    def note_end(self) -> None:
        """Note of an automatic full load that all of this upload has come; a worker's time is not its sender's."""
        if self.load and self.automatic_minutes and not self.is_queued:
            automatic.extend(self.load, self.id, self.automatic_minutes)

    def note_refusal(self, refusal: LoadRefused) -> None:
        self.status = refusal.status
        self.findings.refuse_body(refusal.rendered)
