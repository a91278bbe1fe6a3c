"""Cells of the lists, as HTML."""

from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString

from receivables.money import shown


def money(amount: Decimal | None, currency: str) -> SafeString | None:
    """Return an amount as it stands in a column of amounts; credits can be told from debits."""
    if amount is None:
        return None
    return format_html('<span class="money{}">{}</span>', " is-credit" if amount < 0 else "", shown(amount, currency))
