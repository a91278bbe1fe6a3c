"""Cells of the lists and labels of an item, as HTML. Each label says in text what its colour says."""

from datetime import date
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_percent
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

from receivables.models import today
from receivables.money import shown
from receivables.reports.aging import STAFF_DAYS, Bucket, bucket_index, buckets

# The buckets of `parts`, as people call them, in their order.
BUCKET_NAMES: list[Any] = [
    _("not due"),
    _("1–30 days"),  # noqa: RUF001 - from one to thirty
    _("31–60 days"),  # noqa: RUF001
    _("61–90 days"),  # noqa: RUF001
    _("over 90 days"),
    _("no due date"),
    _("credit"),
]

# How a feed's own words for a status are coloured; they are shown as they came, whatever they are.
TONES = {
    "open": "info",
    "partial": "info",
    "partially paid": "info",
    "cleared": "success",
    "closed": "success",
    "paid": "success",
    "disputed": "danger",
    "in dispute": "danger",
    "blocked": "warning",
    "overdue": "warning",
}


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


def parts(as_of: date | None = None) -> list[Bucket]:
    """Return the aging buckets of a day, of today where none is given; they are the API's."""
    return buckets(as_of or today(), "due_date", STAFF_DAYS)


def with_buckets(rows: QuerySet[Any], as_of: date | None = None) -> QuerySet[Any]:
    """Return invoices that each have `bucket`: the index of its aging bucket on a day, or None."""
    return rows.annotate(bucket=bucket_index(parts(as_of)))


def label(text: Any, tone: str = "") -> SafeString:
    """Return a label of a tone: info, success, warning, danger, `bucket-0` to `bucket-6`, or none."""
    return format_html('<span class="tone{}">{}</span>', f" is-{tone}" if tone else "", text)


def bucket_label(bucket: int | None, open_amount: Decimal | None = None) -> SafeString:
    """Return the label of a bucket; of an invoice without one, that it is settled or its balance is not an amount."""
    if bucket is None:
        return label(_("no amount"), "warning") if open_amount is None else label(_("settled"), "success")
    return label(BUCKET_NAMES[bucket], f"bucket-{bucket}")


def age_label(invoice: Any) -> SafeString:
    """Return the label of an item's bucket, or that it is closed."""
    if invoice.closed_at:
        return label(invoice.get_closed_reason_display(), "closed")
    return bucket_label(invoice.bucket, invoice.open_amount)


def status_label(status: str) -> SafeString | None:
    """Return the label of a status as the feed wrote it, cut short where it is long."""
    if not status:
        return None
    return label(Truncator(status).chars(24), TONES.get(status.strip().lower(), ""))


def days_overdue(due_date: date | None, open_amount: Decimal | None, as_of: date | None = None) -> int | None:
    """Return for how many days an item is overdue on a day; None where it is not, or not known to be."""
    owed, day = open_amount is None or open_amount > 0, as_of or today()
    if due_date is None or not owed or due_date >= day:
        return None
    return (day - due_date).days


def share_text(part: Decimal | int, whole: Decimal | int) -> str:
    """Return a share in whole percent; what is not nothing never reads as nothing, nor what is not all as all. Of
    nothing there is no share.
    """
    if not whole:
        return ""
    percent = int((Decimal(100) * part / whole).to_integral_value())
    if part and percent < 1:
        return f"<{_percent(1)}"
    return f">{_percent(99)}" if part < whole and percent > 99 else _percent(percent)


def _percent(percent: int) -> str:
    return format_percent(Decimal(percent).scaleb(-2), locale=to_locale(get_language() or "en"))
