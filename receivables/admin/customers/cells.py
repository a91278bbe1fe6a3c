"""Amounts and ages in the list of customers and on the page of one, as HTML."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.models import Customer
from receivables.admin.customers.balances import Balance, BalanceByAge, Part
from receivables.admin.shared.cells import BUCKET_NAMES, day, days_overdue, money
from receivables.money import shown

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
