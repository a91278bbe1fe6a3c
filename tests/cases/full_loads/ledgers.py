"""Ledgers as their senders have them, night after night."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from rest_framework.test import APIClient

from tests.factories import invoice_row

Row = dict[str, Any]
ADDRESS = "/jsonApi/upload/invoices"


def item(number: int, **values: Any) -> Row:
    """Return an open item of company code 1000, of 100 dollars unless told otherwise."""
    told = {"companyCode": "1000", "currency": "USD", "invoiceAmount": 100, "customerNumber": "4711"}
    return invoice_row(**told | {"invoiceNumber": f"I{number}"} | values)


def items(count: int, first: int = 1, **values: Any) -> list[Row]:
    return [item(number, **values) for number in range(first, first + count)]


@dataclass
class Answer:
    """What a sender was told."""

    status: int
    told: Any
    headers: Any = field(default_factory=dict)

    @property
    def outcome(self) -> str:
        """What became of the full load."""
        outcome: str = self.told["snapshot"]["outcome"]
        return outcome

    @property
    def reasons(self) -> list[str]:
        """The codes of why it was withheld, each once."""
        return sorted({reason["code"] for reason in self.told["snapshot"]["reasons"]})

    @property
    def load(self) -> str:
        """The id of the full load."""
        pk: str = self.told["snapshot"]["id"]
        return pk

    @property
    def counts(self) -> dict[str, int]:
        names = ("created", "updated", "unchanged", "rejected", "closed", "reopened")
        return {name: self.told[name] for name in names if self.told[name]}

    @property
    def warnings(self) -> dict[str, int]:
        """The rows of each warning, by its code."""
        return {warning["code"]: warning["rows"] for warning in self.told["warnings"]}

    @property
    def errors(self) -> list[str]:
        return [error["code"] for error in self.told["errors"]]


@dataclass
class Sender:
    """Who sends a ledger with one key pair."""

    client: APIClient

    def send(self, rows: Iterable[Row] | str, *, headers: dict[str, str] | None = None, **query: Any) -> Answer:
        """Send rows, with `extractedAt` and the like as keywords; as changes unless `snapshot` says otherwise."""
        body = rows if isinstance(rows, str) else json.dumps(list(rows))
        address = f"{ADDRESS}?{urlencode(query)}"
        return answer(self.client.post(address, body, content_type="application/json", headers=headers))

    def changes(self, rows: Iterable[Row], **options: Any) -> Answer:
        return self.send(rows, **options)

    def full_load(self, rows: Iterable[Row] | str, **options: Any) -> Answer:
        return self.send(rows, snapshot="true", **options)

    def part(self, load: str, rows: Iterable[Row], number: int | None = None, **options: Any) -> Answer:
        numbered = {} if number is None else {"part": number}
        return self.send(rows, snapshot=load, **numbered, **options)

    def begin(self, *codes: str, headers: dict[str, str] | None = None, **terms: Any) -> Answer:
        told = {"resource": "invoices", "companyCodes": list(codes) or ["1000"]} | terms
        return answer(self.client.post("/jsonApi/snapshots", told, format="json", headers=headers))

    def commit(self, load: str, **terms: Any) -> Answer:
        return answer(self.client.post(f"/jsonApi/snapshots/{load}/commit", terms, format="json"))

    def confirm(self, load: str) -> Answer:
        return answer(self.client.post(f"/jsonApi/snapshots/{load}/confirm", {}, format="json"))

    def abandon(self, load: str) -> Answer:
        return answer(self.client.delete(f"/jsonApi/snapshots/{load}"))

    def found(self, **query: Any) -> list[Row]:
        """Return the rows of the list, however many pages they are."""
        address: str | None = f"/jsonApi/invoices?{urlencode({'pageSize': 1000} | query)}"
        rows: list[Row] = []
        while address:
            page = json.loads(self.client.get(address).content, parse_float=Decimal)
            rows, address = rows + page["results"], page["next"]
        return rows

    def found_as_sent(self) -> list[Row]:
        """Return the rows of the list as JSON has them, to be sent back."""
        rows: list[Row] = json.loads(self.client.get("/jsonApi/invoices?pageSize=1000").content)["results"]
        return rows

    def open(self, **query: Any) -> set[str]:
        """Return the invoice numbers of what is open."""
        return {row["invoiceNumber"] for row in self.found(**query) if row["openAmount"] != 0}

    def closed(self, **query: Any) -> set[str]:
        """Return the invoice numbers of what full loads closed."""
        return {row["invoiceNumber"] for row in self.found(closed="true", **query)}

    def sums(self) -> dict[tuple[str, str], Decimal]:
        """Return what is owed, by company code and currency; no group of which nothing is."""
        sums: Counter[tuple[str, str]] = Counter()
        for row in self.found():
            sums[row["companyCode"], row["currency"]] += row["openAmount"] or 0
        return {group: Decimal(amount) for group, amount in sums.items() if amount}


def answer(response: Any) -> Answer:
    told = json.loads(response.content) if response.content else None

    return Answer(response.status_code, told, response.headers)


def ago(**span: float) -> str:
    """Return how a sender writes a moment before now; see timedelta."""
    return (datetime.now(UTC) - timedelta(**span)).isoformat()


def numbers(rows: Iterable[Row]) -> set[str]:
    return {row["invoiceNumber"] for row in rows}


def moved(answers: Iterable[Answer]) -> dict[tuple[str, str], Decimal]:
    """Return by how much receipts say that what is owed moved, by company code and currency."""
    sums: Counter[tuple[str, str]] = Counter()
    for told in answers:
        for total in told.told.get("totals") or []:
            difference = Decimal(total["openAfter"]) - Decimal(total["openBefore"])
            sums[total["companyCode"], total["currency"]] += difference  # type: ignore[assignment]
    return {group: Decimal(amount) for group, amount in sums.items() if amount}


def time_passes(**span: float) -> None:
    """Let everything that is stored be older by so much, as if it had come earlier; see timedelta."""
    with connection.cursor() as cursor:
        cursor.execute(SHIFTS, [timedelta(**span)])
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)


# Statements that let every moment of the tables that full loads read be earlier by a span. They name a time zone: in
# an UPDATE, a cluster refuses what depends on that of the session.
SHIFTS = """
SELECT format('UPDATE %%I SET %%s', c.table_name, string_agg(
    format('%%1$I = (%%1$I AT TIME ZONE ''UTC'' - %%2$L::interval) AT TIME ZONE ''UTC''', c.column_name, %s::interval),
    ', '
)) FROM information_schema.columns AS c JOIN pg_class AS t ON t.oid = c.table_name::regclass
WHERE c.table_schema = 'public' AND c.data_type = 'timestamp with time zone' AND t.relkind = 'r'
AND (c.table_name LIKE 'uploads\\_%%' OR c.table_name LIKE 'receivables\\_%%') GROUP BY c.table_name
"""
