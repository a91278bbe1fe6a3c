"""A night's invoices: every field of the contract, about 1 KB each, the same on every machine."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import msgspec

Row = dict[str, Any]

CUSTOMER_COUNT = 5000
FIRST_DAY = date(2025, 7, 1)
CITIES = [("Springfield", "US", "USD"), ("Kassel", "DE", "EUR"), ("Leeds", "GB", "GBP"), ("Kochi", "IN", "INR")]
GOODS = ["bearings, sealed, as per frame contract", "fasteners, zinc plated, 50 boxes", "optical glass, uncoated"]
ONE_BAD_IN = 100
SPOILERS: list[Row] = [
    {"invoiceAmount": "twelve"},
    {"dueDate": "2026-02-30"},
    {"invoiceNumber": ""},
    {"customerNumber": None},
]


@dataclass(frozen=True)
class Ledger:
    """What rows add up to, or what a table holds; amounts are whole."""

    rows: int
    invoice_amount: int
    open_amount: int

    def __add__(self, other: "Ledger") -> "Ledger":
        return Ledger(
            self.rows + other.rows, self.invoice_amount + other.invoice_amount, self.open_amount + other.open_amount
        )

    def __mul__(self, times: int) -> "Ledger":
        return Ledger(self.rows * times, self.invoice_amount * times, self.open_amount * times)


NOTHING = Ledger(0, 0, 0)


def invoices(count: int, first: int = 0, paid: int = 0) -> Iterator[Row]:
    """Yield `count` invoices from number `first` on; `paid` is taken off every balance, and changes nothing else."""
    for place in range(first, first + count):
        yield _invoice(place, paid)


def ledger(rows: Iterable[Row]) -> Ledger:
    total = NOTHING
    for row in rows:
        sign = -1 if row["debitCreditIndicator"] == "H" else 1
        total += Ledger(1, row["invoiceAmount"], sign * int(row["balanceAmount"]))
    return total


def spoiled(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows with one in a hundred made bad, in turn in each way."""
    for place, row in enumerate(rows):
        yield row | SPOILERS[place // ONE_BAD_IN % len(SPOILERS)] if is_spoiled(place) else row


def good(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows that `spoiled` leaves as they are."""
    return (row for place, row in enumerate(rows) if not is_spoiled(place))


def is_spoiled(place: int) -> bool:
    return place % ONE_BAD_IN == ONE_BAD_IN // 2


def json_array(rows: Iterable[Row]) -> bytes:
    return msgspec.json.encode(list(rows))


def json_lines(rows: Iterable[Row]) -> bytes:
    return msgspec.json.Encoder().encode_lines(rows)


def _invoice(place: int, paid: int) -> Row:
    customer = place * 7919 % CUSTOMER_COUNT
    city, country, currency = CITIES[customer % len(CITIES)]
    posted = FIRST_DAY + timedelta(days=place % 365)
    return {
        "companyCode": f"{country}01",
        "profitCenter": f"PC{place % 30 + 10}",
        "customerName": f"Customer {customer} Manufacturing and Trading Company",
        "customerNumber": f"{customer + 100000:010}",
        "accountingDocNumber": f"{1800000000 + place}",
        "invoiceNumber": f"{9000000000 + place}",
        "fiscalYear": str(posted.year),
        "fiscalPeriod": f"{posted.month:02}",
        "lineItem": "001",
        **_days(posted),
        **_money(place, paid),
        "currency": currency,
        "billAddr": _address(customer, city, country),
        "shipAddr": _address(customer, city, country) | {"gate": str(place % 9 + 1)},
        **_references(place, customer),
        "status": "open",
    }


def _days(posted: date) -> Row:
    return {
        "postDate": posted.isoformat(),
        "invoiceDate": (posted - timedelta(days=1)).isoformat(),
        "issueDate": posted.isoformat(),
        "dueDate": (posted + timedelta(days=30)).isoformat(),
        "paymentTerms": "N030",
    }


def _money(place: int, paid: int) -> Row:
    """Return a whole amount and what stands beside it: one in thirteen is a credit memo, one in five partly paid."""
    amount = 1000 + place * 104729 % 900_000
    balance = str(amount - (300 if place % 5 == 0 else 0) - paid)
    is_memo = place % 13 == 0
    return {
        "documentType": "DG" if is_memo else "RV",
        "postingKey": "11" if is_memo else "01",
        "debitCreditIndicator": "H" if is_memo else "S",
        "balanceAmount": balance,
        "invoiceAmount": amount,
        "localAmount": amount,
    }


def _address(customer: int, city: str, country: str) -> Row:
    return {
        "name": f"Customer {customer} Manufacturing and Trading Company",
        "street": f"{customer} Main Street",
        "city": city,
        "zip": f"{customer:05}",
        "country": country,
    }


def _references(place: int, customer: int) -> Row:
    return {
        "reasonCode": "",
        "reasonCodeDescription": "",
        "reference1": f"PO {4500000000 + place // 3}",
        "reference2": f"SO {place // 2}",
        "referenceDocNo": f"{8000000000 + place}",
        "itemText": f"Delivery {place} of {GOODS[place % len(GOODS)]}",
        "soldTo": f"{customer + 100000}",
    }
