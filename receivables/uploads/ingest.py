"""One upload, whole or not at all: open the record, stage, lock, merge, count, close."""

from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction

from apiauth.models import Account, ApiKey
from receivables.uploads.bulk import RowSerializer
from receivables.uploads.findings import Findings
from receivables.uploads.merge import Stage, lock, merge, stage_rows
from receivables.uploads.models import Outcome, Resource, Upload
from receivables.uploads.parsers import BodyRefused
from receivables.uploads.totals import positions, totals


@dataclass
class Sending:
    """One upload under way: who sends what, since when, and what was found in it so far."""

    api_key: ApiKey
    resource: Resource
    received: int = 0
    findings: Findings = field(default_factory=Findings)
    id: UUID = field(default_factory=uuid4)
    started: float = field(default_factory=monotonic)

    @property
    def account(self) -> Account:
        return self.api_key.account

    def refuse_body(self, refusal: BodyRefused) -> None:
        """Note why the body could not be read, at the row it broke in where that is known."""
        self.findings.refuse_body(refusal.code, refusal.message, refusal.index, refusal.field)

    def receipt(self, outcome: Outcome, **counts: Any) -> Upload:
        """Store what the sender will be told. The service's promise stands here: every row is counted once."""
        findings = self.findings
        return Upload.objects.create(
            id=self.id,
            account=self.account,
            api_key=self.api_key,
            resource=self.resource,
            outcome=outcome,
            received_count=self.received,
            invalid_count=len(findings.invalid),
            errors=findings.errors,
            errors_omitted_count=findings.errors_omitted,
            warnings=findings.warnings,
            warnings_omitted_count=findings.warnings_omitted,
            duration=timedelta(seconds=monotonic() - self.started),
            **counts,
        )


def take(sending: Sending, serializer_class: type[RowSerializer], rows: list[Any]) -> Upload:
    """Validate raw rows and ingest them, or refuse them all; return the receipt."""
    sending.received = len(rows)
    context = {"account": sending.account, "findings": sending.findings}
    serializer: Any = serializer_class(data=rows, many=True, context=context)
    if not serializer.is_valid():
        return refuse(sending)
    return ingest(sending, serializer_class.Meta.model, serializer.validated_data)


def refuse(sending: Sending) -> Upload:
    """Take nothing; keep the receipt that says why."""
    return sending.receipt(Outcome.REFUSED, rejected_count=sending.received)


def ingest(sending: Sending, model: Any, rows: list[dict[str, Any]]) -> Upload:
    """Merge validated rows into the model's table in one transaction, and return the receipt.

    Rows that repeat another of the array are not among `rows`; they change nothing, and count so.
    """
    if not rows:
        return sending.receipt(Outcome.ACCEPTED)
    with transaction.atomic(), connection.cursor() as cursor:
        stage = Stage(model, rows)
        stage_rows(cursor, stage)
        lock(cursor, sending.account, sending.resource)
        before = positions(cursor, stage, sending.account)
        merged = merge(cursor, stage, sending.account, sending.id)
        after = positions(cursor, stage, sending.account)
        return sending.receipt(
            Outcome.ACCEPTED,
            created_count=merged.created_count,
            updated_count=merged.updated_count,
            unchanged_count=sending.received - merged.created_count - merged.updated_count,
            totals=totals(before, after, sending.account.amount_decimal_places),
        )
