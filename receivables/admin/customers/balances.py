"""The balances of customers by currency: of a page of them by one query, and of one of them in aging buckets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Min, Q, Sum
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.models import Customer
from receivables.admin.shared.cells import BUCKET_NAMES, day, days_overdue, money
from receivables.models import Invoice, overdue
from receivables.models.customer_matching import OWED_BY_CUSTOMER
from receivables.money import shown
from receivables.reports.aging import CREDITS, CUSTOMER, STAFF_DAYS, ZERO, aging_query, buckets, sums_of
from receivables.reports.statement import Sum as Added

TENTH = Decimal("0.1")
NO_VALUE = "\N{EN DASH}"
NOTHING = format_html('<span class="money is-nothing">{}</span>', NO_VALUE)
_OWED = """
SELECT customer.id, {columns} FROM ({owed}) AS owed JOIN customers_customer AS customer ON {owed_by_customer}
WHERE customer.id = ANY(%s)
"""


@dataclass(frozen=True)
class Balance:
    """What a customer has open in one currency. Items whose balance is no amount are counted, and in no sum."""

    currency: str
    open: Added
    overdue: Added
    oldest_due_date: date | None
    by_bucket: Sequence[Decimal] = ()  # of `balances_by_age`; the amounts sum to the open one exactly

    def __add__(self, other: "Balance") -> "Balance":
        days = filter(None, [self.oldest_due_date, other.oldest_due_date])
        return Balance(self.currency, self.open + other.open, self.overdue + other.overdue, min(days, default=None))


def balances_of(customers: Sequence[Customer], as_of: date) -> dict[int, list[Balance]]:
    """Return what each customer has open, under its id and by currency; by one query."""
    found: dict[int, dict[str, Balance]] = {customer.pk: {} for customer in customers}
    for row in _summed(customers, as_of) if customers else ():
        balance, of_customer = _balance(row), found[row["customer"]]
        earlier = of_customer.get(balance.currency)
        of_customer[balance.currency] = earlier + balance if earlier else balance
    return {pk: [balance for _currency, balance in sorted(own.items())] for pk, own in found.items()}


def _summed(customers: Sequence[Customer], as_of: date) -> list[dict[str, Any]]:
    sums = {**sums_of([]), **_overdue(as_of)}
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


def balances_by_age(customer: Customer, as_of: date) -> list[Balance]:
    """Return what a customer has open, by currency and aging bucket: the figures of the aging report."""
    parts = buckets(as_of, "due_date", STAFF_DAYS)
    rows = aging_query(Invoice.objects.for_customer(customer), "currency", parts).annotate(**_overdue(as_of))
    return [_balance(row, [row[f"bucket{n}"] for n in range(len(parts))]) for row in rows]


def _balance(row: dict[str, Any], by_bucket: Sequence[Decimal] = ()) -> Balance:
    open_sum = Added(row["total"], row["summed_count"], row["without_amount_count"])
    late_sum = Added(row["late"], row["late_count"], row["late_unreadable_count"])
    return Balance(row["currency"], open_sum, late_sum, row["oldest_due_date"], by_bucket)


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
    unreadable = sum(balance.open.unreadable_count for balance in balances)
    count = unreadable + sum(balance.open.count for balance in balances)
    if not unreadable:
        return format_html('<span class="money">{}</span>', count)
    text = ngettext("%(count)d without amount", "%(count)d without amount", unreadable) % {"count": unreadable}
    return format_html('<span class="money">{}<span class="without-amount">{}</span></span>', count, text)


def balance_row(balance: Balance, as_of: date) -> dict[str, Any]:
    """The cells of what a customer has open in one currency, and its parts by age."""
    *debits, credit = balance.by_bucket
    return {
        "currency": balance.currency or NO_VALUE,
        "open": open_amount(balance),
        "overdue": overdue_amount(balance),
        "oldest_due_date": oldest_due_date([balance], as_of) or NO_VALUE,
        "credits": money(credit, balance.currency) if credit else NOTHING,
        "items": open_items([balance]),
        "parts": [_part(bucket, balance, sum(debits)) for bucket in range(len(BUCKET_NAMES))],
    }


def _part(bucket: int, balance: Balance, owed: Decimal | int) -> dict[str, Any]:
    """The amount in one aging bucket, and its share of the debits in per cent; credits have no share."""
    amount = balance.by_bucket[bucket]
    share = amount * 100 / owed if owed and bucket != CREDITS else None
    return {
        "bucket": bucket,
        "label": capfirst(BUCKET_NAMES[bucket]),
        "is_empty": not amount,
        "amount": money(amount, balance.currency),
        "share": share and _percent(share),
        "width": f"{share or 0:.3f}%",
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
        return capfirst(invoice.get_closed_reason_display()) or _("Settled")
    if invoice.bucket is None:
        return _("Amount unknown")
    days = days_overdue(invoice.due_date, invoice.open_amount)
    return _("%(days)s overdue") % {"days": _days(days)} if days else capfirst(BUCKET_NAMES[invoice.bucket])
