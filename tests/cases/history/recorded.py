"""An account whose reports are recorded after all that happens, to be compared with what is said of then later."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from receivables.models import Invoice
from tests.cases.full_loads.ledgers import Sender

Sums = dict[tuple[str, str], Decimal]  # by company code and currency

AGING = "/jsonApi/reports/aging?groupBy={}&pageSize=1000&asOf=2026-02-15"
INVOICES = "/jsonApi/invoices?pageSize=1000"
REPORTS = [*map(AGING.format, ["customer", "customerNumber", "companyCode", "currency", "none"]), INVOICES]
BY_UNDO = {"updated_at", "last_upload_id"}  # which an undo writes


@dataclass(frozen=True)
class Recorded:
    """What the reports said right after something had happened, and what was stored."""

    moment: datetime
    reports: dict[str, Any]
    stored: list[dict[str, Any]]

    @property
    def open(self) -> Sums:
        aging = self.reports[AGING.format("companyCode")]
        return {(row["group"], row["currency"]): Decimal(row["total"]) for row in aging}


@dataclass
class RecordedAccount:
    sender: Sender
    records: list[Recorded] = field(default_factory=list)

    def record(self) -> None:
        moment = datetime.now(UTC)
        reports = {address: self.results(f"{address}&knownAt=now") for address in REPORTS}
        self.records.append(Recorded(moment, reports, stored()))

    def results(self, address: str, **headers: str) -> Any:
        answer = self.sender.client.get(address, headers=headers)
        assert answer.status_code == 200, (address, answer.content)
        return json.loads(answer.content, parse_float=Decimal)["results"]

    def results_as_of(self, address: str, record: Recorded) -> Any:
        moment = record.moment.isoformat().replace("+00:00", "Z")
        return self.results(f"{address}&knownAt={moment}")

    def moved(self, first: Recorded, last: Recorded) -> Sums:
        """Return the sums of the movements between two records; no group that did not move."""
        since, until = (record.moment.isoformat().replace("+00:00", "Z") for record in (first, last))
        answer = self.sender.client.get(f"/jsonApi/reports/movements?since={since}&until={until}")
        assert answer.status_code == 200, answer.content
        sums: Sums = defaultdict(Decimal)
        for group in answer.json()["sums"]:
            sums[group["companyCode"], group["currency"]] += Decimal(group["amount"])
        return without_zeros(sums)


def stored() -> list[dict[str, Any]]:
    """Return all invoices but for what an undo writes itself."""
    rows: Iterable[dict[str, Any]] = Invoice.objects.order_by("id").values()
    return [{name: value for name, value in row.items() if name not in BY_UNDO} for row in rows]


def without_zeros(sums: Sums) -> Sums:
    return {group: amount for group, amount in sums.items() if amount}


def difference(first: Sums, last: Sums) -> Sums:
    groups = first.keys() | last.keys()
    return without_zeros({group: last.get(group, Decimal(0)) - first.get(group, Decimal(0)) for group in groups})
