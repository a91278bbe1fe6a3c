"""Amounts as people read them: with their currency, grouped, and never rounded."""

from decimal import Decimal

from babel import Locale
from babel.numbers import format_currency, format_decimal, get_currency_precision, list_currencies
from django.utils.translation import get_language, to_locale

from receivables.money.amounts import decimal_places

CURRENCIES = frozenset(list_currencies())  # ISO 4217, those no longer in use too: ledgers keep old items


def shown(amount: Decimal, currency: str) -> str:
    """Return an amount in the reader's language, as `€1,234.50` or `1.234,50 €`.

    It has as many decimal places as its currency is counted in, and more where the amount has more. A currency that
    ISO 4217 does not know follows the number as the feed wrote it.
    """
    locale = Locale.parse(to_locale(get_language() or "en"))
    if currency not in CURRENCIES:
        pattern = f"#,##0.{'0' * decimal_places(amount)}".rstrip(".")
        number = format_decimal(amount, pattern, locale=locale, decimal_quantization=False)
        return f"{number} {currency}".rstrip()
    digits = max(decimal_places(amount), get_currency_precision(currency))
    pattern = locale.currency_formats["standard"].pattern.replace("0.00", f"0.{'0' * digits}".rstrip("."))
    return format_currency(amount, currency, pattern, locale=locale, currency_digits=False, decimal_quantization=False)
