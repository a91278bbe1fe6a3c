"""What a change did to a fed row, field by field, as people read it."""

from typing import Any, NamedTuple

from customers.imported.models import Change
from receivables.admin.shared.addresses import shown_address
from receivables.admin.shared.field_names import ADDRESSES, FIELD_NAMES
from receivables.admin.shared.values import EMPTY, nested, readable


class Difference(NamedTuple):
    """A field before and after; None where it was, or became, empty."""

    name: Any
    before: Any
    after: Any


def differences(row: Any, change: Change, currency: str) -> list[Difference]:
    """Return what became of each field; `currency` is the row's after the change. Only invoices have one."""
    earlier = currency_before(change, currency)
    names = FIELD_NAMES[type(row)]
    return [
        Difference(
            names.get(column, column), _shown(row, column, before, earlier), _shown(row, column, after, currency)
        )
        for column, (before, after) in change.changes.items()
    ]


def currency_before(change: Change, currency: str) -> str:
    return change.changes.get("currency", [currency])[0]


def _shown(row: Any, column: str, value: Any, currency: str) -> Any:
    """A column that the table no longer has is shown as it was."""
    if column in ADDRESSES:
        return shown_address(value)
    if column in FIELD_NAMES[type(row)]:
        return readable(type(row), column, value, currency)
    return None if value in EMPTY else nested(value)
