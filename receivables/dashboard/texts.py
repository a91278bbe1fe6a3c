"""Numbers as people read them."""

from decimal import Decimal

from babel import Locale
from babel.numbers import format_decimal, format_percent
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _


def _locale() -> Locale:
    return Locale.parse(to_locale(get_language() or "en"))


def count_text(count: int) -> str:
    return format_decimal(count, locale=_locale())


def share_text(part: Decimal, whole: Decimal) -> str:
    """Return a share in whole percent; what is not nothing never reads as nothing, nor what is not all as all."""
    percent = int((100 * part / whole).to_integral_value())
    if part and percent < 1:
        return f"<{_percent(1)}"
    return f">{_percent(99)}" if part < whole and percent > 99 else _percent(percent)


def _percent(percent: int) -> str:
    return format_percent(Decimal(percent).scaleb(-2), locale=_locale())


def width(part: Decimal, whole: Decimal) -> str:
    """Return a share as CSS has it."""
    return f"{100 * part / whole:.3f}%"


def currency_name(currency: str) -> str:
    return currency or str(_("No currency"))
