"""One upload under way: who sends it, on which terms, and the receipt that it leaves."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apiauth.models import Account
from config.api.problems import TooManyRequests
from config.database.base import try_any_lock
from receivables.uploads import messages
from receivables.uploads.findings import Findings, fit_into_day
from receivables.uploads.loads import automatic
from receivables.uploads.loads.beginning import LoadRefused
from receivables.uploads.loads.ending import Ending, snapshot_of
from receivables.uploads.models import FullLoad, LoadState, Outcome, State, Upload
from receivables.uploads.reading.bodies import Body, IncomingRows
from receivables.uploads.reading.refusals import BodyRefused
from receivables.uploads.sources import Source, upload_finished
from receivables.uploads.storing.merge import NOTHING_MERGED, Merged, totals
from receivables.uploads.storing.staging import jsonb
from receivables.uploads.terms import Terms

COPY_REJECTED_ROWS = 'COPY uploads_rejectedrow (upload_id, "index", text, errors) FROM STDIN (FORMAT BINARY)'
WAIT_SECONDS = 5  # where a key has as many uploads under way as it may


@dataclass
class Progress:
    """How many rows of an upload were read, staged and merged so far."""

    read: int = 0
    staged: int = 0
    merged: int = 0

    def as_counts(self) -> dict[str, int]:
        return {"read_count": self.read, "staged_count": self.staged, "merged_count": self.merged}


class AlreadyFinished(Exception):
    """Another worker finished the upload: what this one did must be rolled back."""


def _load_of(upload: Upload) -> FullLoad | None:
    loads = FullLoad.objects.select_related("account", "api_key")
    return loads.get(pk=upload.load_id) if upload.load_id else None


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
    foreseen: dict[str, Any] | None = None  # of a preview: what it would change, as `foresee` has it
    status: int = 400  # of the answer, should it be refused
    is_queued: bool = False  # whether its record exists already and a worker ingests it
    over_budget_count: int = 0  # bad rows for which the account's day has no room
    has_slot: bool = False  # whether it counts among those of its key
    was_stopped: bool = False  # whether its rows were not read to the last

    def __post_init__(self) -> None:
        self.account = self.source.account
        self._forget_rows()

    def _forget_rows(self) -> None:
        self.progress = Progress()
        self.arrived_at = self.terms.arrived_at or self.arrived_at
        self.findings = Findings(is_strict=not self.terms.is_lenient, sums_money=self.terms.expected_totals is not None)

    @classmethod
    def of(cls, upload: Upload) -> "UploadSession":
        """Return the session of a queued upload."""
        source = Source(upload.account, upload.api_key, upload.staff_username, upload.file_name)
        return cls(
            source,
            upload.resource,
            Terms.from_json(upload.terms),
            id=upload.pk,
            arrived_at=upload.created_at,
            load=_load_of(upload),
            is_queued=True,
        )

    @property
    def as_of(self) -> datetime:
        """When its rows left the ledger; where its sender does not say, when they came."""
        return self.terms.extracted_at or self.arrived_at

    @property
    def is_preview(self) -> bool:
        """Whether a member of staff wants to see what a file would change."""
        return self.terms.is_dry_run and bool(self.source.staff_username)

    def forget_load(self) -> None:
        """Forget the full load that was rolled back with the rows; parts of one leave it as it is."""
        if self.is_whole_load and not self.is_queued:
            self.load = None

    @property
    def automatic_minutes(self) -> int | None:
        """After how many minutes without another one its full load ends, where that ends by itself."""
        return self.terms.of_load.minutes if self.terms.of_load else None

    def _note_end(self) -> None:
        """Note of an automatic full load that all of this upload has come; a worker's time is not its sender's."""
        if self.load and self.automatic_minutes and not self.is_queued:
            automatic.extend(self.load, self.id, self.automatic_minutes)

    @property
    def is_whole_load(self) -> bool:
        """Whether the upload is all of a full load."""
        return self.terms.of_load is not None and self.terms.of_load.is_whole

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
        if self.load and self.automatic_minutes:
            automatic.hold(self.load)

    def refuse(self, rows: IncomingRows, refusal: BodyRefused) -> Upload:
        """Store the receipt of a body that cannot be read, with the row it broke in where that is known. No row of it
        counts, for how many were read before depends on the pieces it came in.
        """
        self.status = refusal.status
        self._forget_rows()
        self.findings.refuse_body(refusal.rendered, refusal.index, refusal.field)
        return self.close(rows, Outcome.REFUSED)

    def refuse_load(self, rows: IncomingRows, refusal: LoadRefused) -> Upload:
        """Store the receipt of a full load that is refused before its rows are read."""
        self.load = None
        self.note_refusal(refusal)
        return self.close(rows, Outcome.REFUSED)

    def note_refusal(self, refusal: LoadRefused) -> None:
        self.status = refusal.status
        self.findings.refuse_body(refusal.rendered)

    @transaction.atomic(savepoint=False)
    def close(self, rows: IncomingRows, outcome: Outcome, merged: Merged = NOTHING_MERGED) -> Upload:
        """Store the receipt, and unless it is a dry run what is wrong with its rows."""
        self.over_budget_count = fit_into_day(self.findings, self.account, stores_rows=not self.terms.is_dry_run)
        upload = self._finish(**self._receipt(outcome, merged), **self._about_the_body(rows.body))
        self._note_end()
        if not self.findings.rejected or self.terms.is_dry_run:
            return upload
        # Django would have the rows quoted into one statement, which takes longer than all the rest. Of a text copy
        # that fails PostgreSQL would quote the row, in its log and in the error that comes to ours.
        with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(COPY_REJECTED_ROWS) as copy:
            copy.set_types(["uuid", "int4", "text", "text"])
            for index, row in sorted(self.findings.rejected.items()):
                copy.write_row((self.id, index, row.text, jsonb(row.errors)))
        return upload

    def open(self, media_type: str) -> Upload:
        """Store the record of an upload whose body is stored for a worker."""
        about = {"media_type": media_type, "snapshot": self._of_load(), "duration": timedelta(0)}
        return self._create(state=State.QUEUED, **about)

    def note_body(self, body: Body, waiting_bytes: int) -> None:
        """Note what the stored body is recognised by, and its size."""
        Upload.objects.filter(pk=self.id).update(waiting_bytes=waiting_bytes, **self._about_the_body(body))
        self._note_end()

    def give_up(self) -> None:
        """Refuse a queued upload for no fault of its sender's."""
        self.findings.refuse_body(messages.SERVER_ERROR.rendered())
        self._finish(**self._receipt(Outcome.REFUSED, NOTHING_MERGED))

    def _finish(self, **values: Any) -> Upload:
        """Store the receipt, of a queued upload in its record. Raises AlreadyFinished."""
        if self.is_queued and self.is_whole_load and (values["outcome"] == Outcome.REFUSED or self.terms.is_dry_run):
            values |= self._end_stored_load()
        if not self.is_queued:
            upload = self._create(**values)
        elif Upload.objects.filter(pk=self.id).exclude(state=State.FINISHED).update(**values):
            upload = Upload.objects.get(pk=self.id)
        else:
            raise AlreadyFinished
        transaction.on_commit(partial(upload_finished.send_robust, sender=Upload, upload=upload))
        return upload

    def _end_stored_load(self) -> dict[str, Any]:
        """End the full load that was stored when the upload was queued, and that was refused or only tried. None is
        stored with a preview of staff.
        """
        if self.load is None:
            return {}
        stored = FullLoad.objects.of_account(self.account).under_way().filter(pk=self.load.pk)
        if self.terms.is_dry_run:
            stored.delete()
            return {"load_id": None}
        stored.update(state=LoadState.REFUSED, ended_at=timezone.now())
        return {}

    def _create(self, **values: Any) -> Upload:
        return Upload.objects.create(
            id=self.id,
            account=self.account,
            api_key=self.source.api_key,
            staff_username=self.source.staff_username,
            file_name=self.source.file_name,
            resource=self.resource,
            terms=self.terms.as_json(),
            handling=self.terms.handling,
            is_dry_run=self.terms.is_dry_run,
            extracted_at=self.terms.extracted_at,
            load_id=self.load.pk if self.load else None,
            part=self.terms.of_load.part if self.terms.of_load else None,
            **values,
        )

    def _receipt(self, outcome: Outcome, merged: Merged) -> dict[str, Any]:
        """Return the columns of the receipt. Every row is counted once; rows that repeat another of the array change
        nothing, and count so.
        """
        findings, received = self.findings, self.progress.read
        rejected = received if outcome == Outcome.REFUSED else len(findings.invalid)
        before, after = merged.before, merged.after
        if self.ending:
            before, after = before + self.ending.before, after + self.ending.after
        return {
            "state": State.FINISHED,
            "outcome": outcome,
            "merged_at": None if outcome == Outcome.REFUSED or self.terms.is_dry_run else self.merged_at,
            "received_count": received,
            "created_count": merged.created_count,
            "updated_count": merged.updated_count,
            "unchanged_count": received - rejected - merged.created_count - merged.updated_count,
            "rejected_count": rejected,
            "closed_count": self.ending.closed_count if self.ending else 0,
            "reopened_count": merged.reopened_count,
            "snapshot": self.snapshot or self._of_load(),
            "invalid_count": len(findings.invalid),
            "has_complete_counts": not self.was_stopped,
            "rejected_stored_count": len(findings.rejected),
            "over_budget_count": self.over_budget_count,
            "totals": totals(before, after, self.account.amount_decimal_places),
            "errors": findings.errors,
            "errors_omitted_count": findings.errors_omitted,
            "warnings": findings.warnings,
            "warnings_omitted_count": findings.warnings_omitted,
            **self.progress.as_counts(),
            "duration": timedelta(seconds=monotonic() - self.started),
        }

    def _of_load(self) -> dict[str, Any] | None:
        """Return what the receipt tells of a full load that goes on."""
        if self.load is None or self.terms.of_load is None:
            return None
        return snapshot_of(self.load) | {"part": self.terms.of_load.part}

    def _about_the_body(self, body: Body) -> dict[str, Any]:
        """Return what the body is recognised by. One that was not read to its end, or was too large, is not recognised:
        the answer to a repetition has the status 400 at worst.
        """
        if not body.is_whole or self.status != 400:
            return {}
        earlier = Upload.objects.of_account(self.account).that_stored()
        same = earlier.filter(resource=self.resource, body_digest=body.digest).order_by("-created_at")
        about = {"body_digest": body.digest, "same_body_as": same.values_list("pk", flat=True).first()}
        key = self.terms.idempotency_key  # of a queued upload it was noted when it came
        return about | {"idempotency_key": key} if key else about
