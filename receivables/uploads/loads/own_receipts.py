"""Receipts of uploads that bring no rows: the end of a full load, and its confirmation."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any

from django.db import transaction

from receivables.uploads.loads.ending import Ending
from receivables.uploads.models import FullLoad, Kind, Outcome, Upload
from receivables.uploads.resources import Resource
from receivables.uploads.sources import Source, upload_finished
from receivables.uploads.storing.positions import totals


@dataclass
class OwnUpload:
    """An upload under way that a request of its own makes; `terms` is what was asked for, as JSON."""

    source: Source
    load: FullLoad
    kind: Kind
    terms: dict[str, Any] = field(default_factory=dict)
    is_dry_run: bool = False
    started: float = field(default_factory=monotonic)

    def close(self, upload_id: Any, ending: Ending, snapshot: dict[str, Any], moment: datetime) -> Upload:
        """Store the receipt; once it is committed, `upload_finished` is sent."""
        source = self.source
        upload = Upload.objects.create(
            id=upload_id,
            account=source.account,
            api_key=source.api_key,
            staff_username=source.staff_username,
            resource=Resource.INVOICES,
            kind=self.kind,
            load_id=self.load.pk,
            extracted_at=self.load.extracted_at,
            has_full_history=True,
            merged_at=None if self.is_dry_run else moment,
            outcome=Outcome.PARTIAL if ending.is_withheld and not self.is_dry_run else Outcome.ACCEPTED,
            terms=self.terms,
            is_dry_run=self.is_dry_run,
            closed_count=ending.closed_count,
            snapshot=snapshot,
            totals=totals(ending.before, ending.after, source.account.amount_decimal_places),
            duration=timedelta(seconds=monotonic() - self.started),
        )
        transaction.on_commit(partial(upload_finished.send_robust, sender=Upload, upload=upload))
        return upload
