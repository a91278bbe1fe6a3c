"""A customer's statement of account: the open items of each currency, and the balance after each."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain, groupby
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.db.models import Case, F, IntegerChoices, IntegerField, Value, When
from django.db.models.functions import Coalesce
from rest_framework.exceptions import ValidationError

from receivables.models import InvoiceQuerySet
from receivables.money import EXACT, invoice_amount_expression
from receivables.reports.aging import ZERO, Bucket, bucket_index

CHUNK = 2000
COLUMNS = (
    "id",
    "currency",
    "company_code",
    "invoice_number",
    "accounting_doc_number",
    "document_type",
    "invoice_date",
    "due_date",
    "reference1",
    "open_amount",
    "item_date",
    "amount",
    "part",
    "bucket",
)


class Part(IntegerChoices):
    """Where a statement has an item, in its order."""

    OPENING = 0, "dated before its first day, and summed up"
    LISTED = 1, "listed"
    LATER = 2, "dated after its last day, and left out"


def rows(
    items: InvoiceQuerySet, as_of: date, from_date: date | None, parts: Sequence[Bucket]
) -> Generator[Any, None, None]:
    """Yield the open items as they follow in a statement: by currency, part, day and id, those of no day first.

    They are read by one query, of which every figure of a statement is made, so that its figures agree whatever is
    uploaded meanwhile; few are held in memory at a time.
    """
    earlier = [When(item_date__lt=from_date, then=Value(Part.OPENING))] if from_date else []
    later = When(item_date__gt=as_of, then=Value(Part.LATER))
    annotated: Any = items.open().annotate(
        item_date=Coalesce("invoice_date", "posting_date", "issue_date"),
        amount=invoice_amount_expression(),
        part=Case(*earlier, later, default=Value(Part.LISTED), output_field=IntegerField()),
        bucket=bucket_index(parts),
    )
    ordered = annotated.order_by("currency", "part", F("item_date").asc(nulls_first=True), "id")
    with transaction.atomic():
        yield from ordered.values_list(*COLUMNS, named=True).iterator(chunk_size=CHUNK)


def at_most(limit: int, items: Iterable[Any]) -> Iterator[Any]:
    """Yield the items. Raises ValidationError where more than `limit` of them are listed."""
    listed = 0
    for row in items:
        listed += row.part == Part.LISTED
        if listed > limit:
            message = f"More than {limit} items are to be listed. Give a later from, or take them all with format=csv."
            raise ValidationError({"from": [message]}, code="too_many_items")
        yield row


@dataclass
class Sum:
    """Items added up, and the number of those whose balance is a text that is no amount, which are in no sum."""

    amount: Decimal = ZERO
    count: int = 0
    unreadable_count: int = 0

    def add(self, amount: Decimal | None) -> None:
        if amount is None:
            self.unreadable_count += 1
        else:
            self.amount = EXACT.add(self.amount, amount)
            self.count += 1

    def __add__(self, other: "Sum") -> "Sum":
        amount, count = EXACT.add(self.amount, other.amount), self.count + other.count
        return Sum(amount, count, self.unreadable_count + other.unreadable_count)


@dataclass(frozen=True)
class Line:
    """A listed item and the balance after it."""

    row: Any
    balance: Decimal

    @property
    def is_credit(self) -> bool:
        return self.row.open_amount is not None and self.row.open_amount < 0

    def days_overdue(self, as_of: date) -> int | None:
        """Return the days since the item was due, 0 before; none of a credit, and where no day is named."""
        due_date = self.row.due_date
        return None if self.is_credit or due_date is None else max(0, (as_of - due_date).days)


class Section:
    """What a statement says of one currency. Its opening is known at once; the rest when its lines have been read."""

    def __init__(self, currency: str, items: Iterator[Any], bucket_count: int):
        self.currency = currency
        self.opening, self.debits, self.credits, self.later = Sum(), Sum(), Sum(), Sum()
        self.ages = [ZERO] * bucket_count
        self._items: Iterator[Any] = iter(())
        for row in items:
            if row.part != Part.OPENING:
                self._items = chain([row], items)
                break
            self._count(self.opening, row)

    @property
    def closing(self) -> Sum:
        return self.opening + self.debits + self.credits

    def lines(self) -> Iterator[Line]:
        """Yield the listed items, once."""
        balance = self.opening.amount
        for row in self._items:
            if row.part == Part.LATER:
                self.later.add(row.open_amount)
                continue
            line = Line(row, balance := EXACT.add(balance, row.open_amount or ZERO))
            self._count(self.credits if line.is_credit else self.debits, row)
            yield line

    def _count(self, total: Sum, row: Any) -> None:
        total.add(row.open_amount)
        if row.bucket is not None:
            self.ages[row.bucket] = EXACT.add(self.ages[row.bucket], row.open_amount)


def sections(items: Iterable[Any], bucket_count: int) -> Iterator[Section]:
    """Yield a section of each currency; read its lines before the next section."""
    for currency, own_items in groupby(items, key=attrgetter("currency")):
        yield Section(currency, own_items, bucket_count)
