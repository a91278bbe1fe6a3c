"""An upload that is a full load, or a part of one: what it must not meet, what it notes, and how it ends the load."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Greatest
from psycopg import sql

from apiauth.models import Account, ApiKey
from receivables.uploads.findings import Findings
from receivables.uploads.loads import beginning, messages, missing, renumbering
from receivables.uploads.loads.beginning import LoadRefused
from receivables.uploads.loads.brake import Reason
from receivables.uploads.loads.ending import Came, Ending, end, snapshot
from receivables.uploads.loads.missing import Tallies
from receivables.uploads.loads.presence import MOST_IDENTITIES, protect, record_seen
from receivables.uploads.loads.terms import LoadTerms
from receivables.uploads.messages import ExactNumber, GroupedNumber
from receivables.uploads.models import Form, FullLoad, LoadState
from receivables.uploads.storing.merge import Author, Merged
from receivables.uploads.storing.staging import Stage

Identities = Mapping[int, Mapping[str, str] | None]  # of refused rows, by index; None where nothing can be read


@dataclass
class LoadUpload:
    """One upload of a full load. The steps are called in their order by who ingests it; each may raise LoadRefused."""

    load: FullLoad
    terms: LoadTerms
    upload: UUID
    findings: Findings
    is_dry_run: bool = False
    extracted_at: datetime | None = None  # of the upload's rows
    open_before: Tallies = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)  # by company code
    unreadable_count: int = 0
    snapshot: dict[str, Any] | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the upload is the load, and ends it."""
        return self.terms.is_whole

    def prepare(self, cursor: Any, stage: Stage, identities: Identities) -> None:
        """Settle the company codes once the rows are read, before the lock is waited for."""
        self.rows = stage.rows_by_code
        if self.is_whole:
            self._refuse_empty(stage)
            self.load.company_codes = beginning.scope(self.load.api_key, self.terms.company_codes, self.rows)
            beginning.refuse_conflicts(self.load, upload=self.upload)
            self.open_before = beginning.note_open(cursor, self.load)
            self.load.save(force_insert=self.load._state.adding)
        elif not self.terms.is_automatic:
            beginning.refuse_other_form(self.load)
        if not self.terms.is_automatic:
            self._warn_of_others(cursor, stage)
        readable = {index: parts for index, parts in identities.items() if parts is not None}
        self.unreadable_count = len(self.findings.invalid) - len(readable)
        protect(self.load, self.upload, readable.items())

    def check(self) -> None:
        """Look again under the lock, for what came while it was waited for."""
        if self.is_whole:
            beginning.refuse_conflicts(self.load, upload=self.upload)
            return
        self.load = beginning.locked(self.load)
        beginning.refuse_ended(self.load)
        if self.terms.is_automatic:
            self._widen()

    def merged(self, cursor: Any, stage: Stage, author: Author, merged: Merged) -> Ending | None:
        """Note what came; end the load, if this is all of it."""
        record_seen(cursor, stage.layout, author, None if self.is_whole else self.load)
        if merged.near:
            renumbering.refuse(cursor, self.load, author, merged.created_count, stage.layout)
        if not self.is_whole:
            self._note_part(author.moment)
            return None
        missing.collect(cursor, self.load, stage.layout.matches)
        self._check_expected_open(cursor)
        others = unreadable_reasons(self.unreadable_count)
        came = Came(self.open_before, self.rows, [author.upload], others, may_have_near=merged.near is not None)
        ending = end(cursor, self.load, author, came)
        self.snapshot = snapshot(self.load, ending, self.open_before, is_dry_run=self.is_dry_run)
        if self.is_dry_run:
            self.snapshot["id"] = None  # what was tried is stored nowhere
        return ending

    def _refuse_empty(self, stage: Stage) -> None:
        if stage.row_count or (self.terms.allow_empty and self.terms.company_codes):
            return
        is_file = self.load.form == Form.FILE
        empty = messages.EMPTY_SNAPSHOT
        raise LoadRefused(empty.rendered_for_cells() if is_file else empty.rendered(), 422)

    def _warn_of_others(self, cursor: Any, stage: Stage) -> None:
        """Warn of rows of company codes that the load is not of: they are changes."""
        if self.rows.keys() <= set(self.load.company_codes):
            return
        query = "SELECT count(*), min(row_index) FROM {} WHERE company_code <> ALL(%s)"
        cursor.execute(sql.SQL(query).format(stage.layout.stage), [self.load.company_codes])
        self.findings.warn_of_rows("outside_scope", "companyCode", *cursor.fetchone())

    def _widen(self) -> None:
        """Have an automatic load be of the upload's company codes, too, and as old as its rows are."""
        load, extracted_at = self.load, self.extracted_at
        load.company_codes = sorted({*load.company_codes, *self.rows})
        if extracted_at:
            beginning.refuse_stale(load, extracted_at)
            load.extracted_at = min(load.extracted_at or extracted_at, extracted_at)
            load.cutoff = min(load.cutoff, extracted_at - beginning.OVERLAP)

    def _note_part(self, moment: datetime) -> None:
        load = self.load
        FullLoad.objects.filter(account=load.account_id, pk=load.pk).update(
            company_codes=load.company_codes,
            extracted_at=load.extracted_at,
            cutoff=load.cutoff,
            last_part_at=Greatest(F("last_part_at"), moment),
        )

    def _check_expected_open(self, cursor: Any) -> None:
        if self.terms.expected_open is not None:
            check_expected_open(cursor, self.load, self.terms.expected_open)


def unreadable_reasons(count: int) -> list[Reason]:
    shown = {"count": GroupedNumber(count), "most": GroupedNumber(MOST_IDENTITIES)}
    return [Reason(messages.UNREADABLE_ROWS.rendered(**shown))] if count else []


def check_expected_open(
    cursor: Any, load: FullLoad, expected: Mapping[tuple[str, str], Decimal], status: int = 400
) -> None:
    """Raise LoadRefused unless exactly so much would be open in the company codes of a load once its missing items are
    closed; every company code and currency with something open is to be named.
    """
    found = {group: tally.amount for group, tally in missing.open_without_missing(cursor, load).items()}
    decimal_places = load.account.amount_decimal_places
    for group in sorted(found.keys() | expected.keys()):
        shown = {
            "group": "/".join(group),
            "found": messages.amount_value(found.get(group, missing.ZERO), decimal_places),
        }
        if group not in expected:
            raise LoadRefused(messages.OPEN_NOT_NAMED.rendered(**shown), status)
        if expected[group] != found.get(group, missing.ZERO):
            raise LoadRefused(messages.UNEXPECTED_OPEN.rendered(expected=ExactNumber(expected[group]), **shown), status)


def begun(
    account: Account,
    api_key: ApiKey | None,
    staff_username: str,
    arrived_at: datetime,
    extracted_at: datetime | None,
    cutoff: datetime | None = None,
) -> FullLoad:
    """Return a new full load in one request, as yet without its company codes, not saved."""
    return FullLoad(
        account=account,
        api_key=api_key,
        staff_username=staff_username,
        form=Form.REQUEST if api_key else Form.FILE,
        state=LoadState.OPEN,
        company_codes=[],
        extracted_at=extracted_at,
        cutoff=cutoff or beginning.cutoff(account, arrived_at, extracted_at),
        began_at=arrived_at,
        last_part_at=arrived_at,
    )
