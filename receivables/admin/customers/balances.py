"""The balances of customers by currency: of a page of them by one query, and of one of them in aging buckets."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Min, Q, Sum
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.models import Customer
from receivables.admin.shared.cells import BUCKET_NAMES, day, days_overdue, money
from receivables.models import Invoice, overdue
from receivables.models.customer_matching import OWED_BY_CUSTOMER
from receivables.money import shown
from receivables.reports.aging import CREDITS, CUSTOMER, STAFF_DAYS, ZERO, aging_query, buckets
from receivables.reports.statement import Sum as Added

_OWED = """
SELECT customer.id, {columns} FROM ({owed}) AS owed JOIN customers_customer AS customer ON {owed_by_customer}
WHERE customer.id = ANY(%s)
"""


@dataclass
class Balance:
    """What a customer has open in one currency. Items whose balance is no amount are counted, and in no sum."""

    currency: str
    open: Added = field(default_factory=Added)
    overdue: Added = field(default_factory=Added)
    oldest_due_date: date | None = None

    @property
    def item_count(self) -> int:
        return self.open.count + self.open.unreadable_count


def balances_of(customers: Sequence[Customer], as_of: date) -> dict[int, list[Balance]]:
    """Return what each customer has open, under its id and by currency; by one query."""
    rows = defaultdict(list)
    for row in _summed(customers, as_of) if customers else ():
        rows[row["customer"]].append(row)
    return {customer.pk: _by_currency(rows[customer.pk]) for customer in customers}


def _summed(customers: Sequence[Customer], as_of: date) -> list[dict[str, Any]]:
    sums = {
        "open": Sum("open_amount", default=ZERO),
        "open_count": Count("open_amount"),
        "unreadable_count": Count("id", filter=Q(open_amount=None)),
        **_overdue(as_of),
    }
    items: Any = Invoice.objects.for_customers(customers).open().order_by()
    grouped = items.values("account_id", CUSTOMER, "company_code", "currency").annotate(**sums)
    owed, parameters = grouped.query.sql_with_params()
    columns = ["currency", *sums]
    statement = _OWED.format(
        columns=", ".join(f"owed.{column}" for column in columns), owed=owed, owed_by_customer=OWED_BY_CUSTOMER
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, [customer.pk for customer in customers]])
        return [dict(zip(["customer", *columns], row, strict=True)) for row in cursor]


def _overdue(as_of: date) -> dict[str, Any]:
    late = overdue(as_of)
    return {
        "late": Sum("open_amount", filter=late, default=ZERO),
        "late_count": Count("open_amount", filter=late),
        "late_unreadable_count": Count("id", filter=late & Q(open_amount=None)),
        "oldest_due_date": Min("due_date", filter=late),
    }


def _by_currency(rows: Iterable[dict[str, Any]]) -> list[Balance]:
    found: dict[str, Balance] = {}
    for row in rows:
        balance = found.setdefault(row["currency"], Balance(row["currency"]))
        balance.open += Added(row["open"], row["open_count"], row["unreadable_count"])
        balance.overdue += Added(row["late"], row["late_count"], row["late_unreadable_count"])
        balance.oldest_due_date = min(filter(None, [balance.oldest_due_date, row["oldest_due_date"]]), default=None)
    return [found[currency] for currency in sorted(found)]


@dataclass(frozen=True)
class Part:
    """The amount in one aging bucket, and its share of the debits in per cent; credits have no share."""

    bucket: int
    label: Promise
    amount: Decimal
    share: Decimal | None


@dataclass(frozen=True)
class BalanceByAge:
    """What one customer has open in one currency, by age; the amounts of the parts sum to the total exactly."""

    balance: Balance
    parts: list[Part]

    @property
    def credits(self) -> Decimal:
        return self.parts[CREDITS].amount


def balances_by_age(customer: Customer, as_of: date) -> list[BalanceByAge]:
    """Return what a customer has open, by currency: the figures of the aging report."""
    parts = buckets(as_of, "due_date", STAFF_DAYS)
    rows = aging_query(Invoice.objects.for_customer(customer), "currency", parts).annotate(**_overdue(as_of))
    return [BalanceByAge(_balance(row), _parts([row[f"bucket{n}"] for n in range(len(parts))])) for row in rows]


def _balance(row: dict[str, Any]) -> Balance:
    open_sum = Added(row["total"], row["summed_count"], row["without_amount_count"])
    late_sum = Added(row["late"], row["late_count"], row["late_unreadable_count"])
    return Balance(row["currency"], open_sum, late_sum, row["oldest_due_date"])


def _parts(amounts: Sequence[Decimal]) -> list[Part]:
    owed = sum(amounts[:CREDITS])
    return [
        Part(bucket, capfirst(name), amount, amount * 100 / owed if owed and bucket != CREDITS else None)
        for bucket, (name, amount) in enumerate(zip(BUCKET_NAMES, amounts, strict=True))
    ]


TENTH = Decimal("0.1")


NO_VALUE = "\N{EN DASH}"


NOTHING = format_html('<span class="money is-nothing">{}</span>', NO_VALUE)


def mail_address(customer: Customer) -> str:
    """The address as it was sent, on one line, shortened to fit."""
    return format_html('<span class="shortened" title="{}">{}</span>', *[customer.email_address] * 2)


def stacked(amounts: Iterable[Any]) -> str:
    """One amount below the other, for amounts of different currencies are never added."""
    lines = format_html_join("", "{}", ((amount,) for amount in amounts))
    return format_html('<div class="amounts">{}</div>', lines) if lines else ""


def open_amount(balance: Balance) -> Any:
    return money(balance.open.amount, balance.currency)


def overdue_amount(balance: Balance) -> Any:
    """The overdue amount; where nothing is overdue, a dash, so that the others stay beside their balances."""
    if not balance.overdue.count:
        return NOTHING
    return format_html('<span class="money is-overdue">{}</span>', shown(balance.overdue.amount, balance.currency))


def oldest_due_date(balances: Sequence[Balance], as_of: date) -> str:
    """The oldest due date of what is overdue, in whichever currency, and for how many days it has been."""
    days = [balance.oldest_due_date for balance in balances if balance.oldest_due_date]
    if not days:
        return ""
    text = _days((as_of - min(days)).days)
    return format_html('{} <span class="days">{}</span>', day(min(days)), text)


def _days(count: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


def open_items(balances: Sequence[Balance]) -> str:
    """The number of open items, and of those among them that are in no sum."""
    count = sum(balance.item_count for balance in balances)
    unreadable = sum(balance.open.unreadable_count for balance in balances)
    if not unreadable:
        return format_html('<span class="money">{}</span>', count)
    text = ngettext("%(count)d without amount", "%(count)d without amount", unreadable) % {"count": unreadable}
    return format_html('<span class="money">{}<span class="without-amount">{}</span></span>', count, text)


def balance_row(by_age: BalanceByAge, as_of: date) -> dict[str, Any]:
    """The cells of what a customer has open in one currency, and its parts by age."""
    balance = by_age.balance
    return {
        "currency": balance.currency or NO_VALUE,
        "open": open_amount(balance),
        "overdue": overdue_amount(balance),
        "oldest_due_date": oldest_due_date([balance], as_of) or NO_VALUE,
        "credits": money(by_age.credits, balance.currency) if by_age.credits else NOTHING,
        "items": open_items([balance]),
        "parts": [_part(part, balance.currency) for part in by_age.parts],
    }


def _part(part: Part, currency: str) -> dict[str, Any]:
    return {
        "bucket": part.bucket,
        "label": part.label,
        "is_empty": not part.amount,
        "amount": money(part.amount, currency),
        "share": part.share and _percent(part.share),
        "width": f"{part.share or 0:.3f}%",
    }


def _percent(share: Decimal) -> str:
    """A share with one decimal place; a smaller one is never shown as zero."""
    return f"< {number_format(TENTH)} %" if share < TENTH else f"{number_format(share.quantize(TENTH))} %"


def invoice_row(invoice: Any) -> dict[str, Any]:
    """An invoice, and its cells."""
    has_amount = invoice.open_amount is not None
    as_written = format_html('<span class="money">{}</span>', invoice.balance_text)
    return {
        "invoice": invoice,
        "open": money(invoice.open_amount, invoice.currency) if has_amount else as_written,
        "amount": money(invoice.amount, invoice.currency),
        "invoice_date": day(invoice.invoice_date) or NO_VALUE,
        "due_date": day(invoice.due_date) or NO_VALUE,
        "age": _age(invoice),
    }


def _age(invoice: Any) -> str:
    """How many days an item has been overdue; else the name of its bucket, or why it has none."""
    if not invoice.is_open:
        return _("Settled")
    if invoice.bucket is None:
        return _("Amount unknown")
    days = days_overdue(invoice.due_date, invoice.open_amount)
    return _("%(days)s overdue") % {"days": _days(days)} if days else capfirst(BUCKET_NAMES[invoice.bucket])
