"""Values of columns, as people read them."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import DateField, DecimalField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from receivables.admin.shared.cells import day
from receivables.money.texts import shown

DEEPEST = 6
EMPTY: list[Any] = [None, "", {}, []]


def readable(model: Any, column: str, value: Any, currency: str = "") -> Any:
    """Return a value of a column: an amount with its currency, a day as a day, JSON as a list of its parts."""
    if value in EMPTY:
        return None
    field: Any = model._meta.get_field(column)
    match getattr(field, "output_field", field):
        case DecimalField():
            of_company = column == "local_amount"  # whose currency the feed does not name
            return shown(Decimal(value), "" if of_company else currency)
        case DateField():
            return day(value if isinstance(value, date) else date.fromisoformat(value))
    return nested(value)


def nested(value: Any, depth: int = 0) -> Any:
    """Return any JSON: objects as lists of terms, arrays as lists, and what lies deeper than anyone reads as it is."""
    if depth == DEEPEST and isinstance(value, dict | list):
        return str(value)
    if isinstance(value, dict):
        parts = ((key, nested(part, depth + 1)) for key, part in value.items())
        return format_html('<dl class="nested">{}</dl>', format_html_join("", "<dt>{}</dt><dd>{}</dd>", parts))
    if isinstance(value, list):
        items = ((nested(item, depth + 1),) for item in value)
        return format_html('<ul class="nested">{}</ul>', format_html_join("", "<li>{}</li>", items))
    return _plain(value)


def _plain(value: Any) -> str | SafeString:
    match value:
        case None | "":
            return "–"  # noqa: RUF001 - as in ledgers
        case True:
            return _("yes")
        case False:
            return _("no")
    return str(value)
