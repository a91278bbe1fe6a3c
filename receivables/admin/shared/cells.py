"""Cells of the lists, as HTML."""

from datetime import date
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.dates import format_date
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, to_locale

from receivables.money.texts import shown


def money(amount: Decimal | None, currency: str) -> SafeString | None:
    """Return an amount for a column of amounts; credits look different from debits."""
    if amount is None:
        return None
    return format_html('<span class="money{}">{}</span>', " is-credit" if amount < 0 else "", shown(amount, currency))


def difference(amount: Decimal, currency: str) -> SafeString:
    """Return by how much an amount moved, with its sign; whether that is good or bad nobody knows."""
    sign = "+" if amount > 0 else ""
    return format_html('<span class="money">{}{}</span>', sign, shown(amount, currency))


def day(value: date | None) -> SafeString | None:
    """Return a day in the reader's language, short, with the month's name where the language likes it."""
    if value is None:
        return None
    locale = Locale.parse(to_locale(get_language() or "en"))
    text = format_date(value, "medium", locale=locale)
    return format_html('<time class="day" datetime="{}">{}</time>', value.isoformat(), text)


def row_link(name: str, pk: Any, text: Any) -> SafeString:
    """Return a link to the page of a row of the admin, as `customers_customer`."""
    return format_html('<a class="row-link" href="{}">{}</a>', reverse(f"admin:{name}_change", args=[pk]), text)


def two_lines(first: Any, second: Any) -> SafeString:
    """Return a cell whose second line says more of the first, and is cut short where it does not fit."""
    line = '<span class="two-lines">{}<span class="second-line" title="{}">{}</span></span>'
    return format_html(line, first, second, second)
