"""Customer numbers as different exports write them."""

from django.db.models import Expression, F, Func, TextField


class NumberKey(Func):
    """SQL for a number without the zeros an export padded it with: 0000012345 as 12345, A0123 as it is.

    Only numbers of digits alone are padded by SAP exports; a number of zeros alone stays one zero.
    """

    template = (
        "CASE WHEN %(expressions)s ~ '^[0-9]+$'"
        " THEN COALESCE(NULLIF(LTRIM(%(expressions)s, '0'), ''), '0') ELSE %(expressions)s END"
    )
    output_field = TextField()


def number_key(number: str) -> str:
    """Return the key of a number: the same rule as NumberKey, for values that look numbers up."""
    return (number.lstrip("0") or "0") if number.isascii() and number.isdigit() else number


def key_of(column: str) -> Expression:
    return NumberKey(F(column))
