"""What somebody sees before they confirm that a withheld full load is right: what would close now, and what not."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from receivables.admin.shared.cells import money
from receivables.money import shown
from receivables.uploads.admin.loads.texts import code_name, items_text, named_codes
from receivables.uploads.admin.texts import number, reason_text
from receivables.uploads.loads import confirming
from receivables.uploads.loads.missing import Tallies, Tally


def preview_context(load: Any) -> dict[str, Any]:
    """Return what the confirmation would close at this moment; what dropped out since the load came is apart. Raises
    LoadRefused where the load cannot be confirmed any more.
    """
    closing = confirming.preview(load).missing
    dropped = {group: _minus(tally, closing.get(group, Tally())) for group, tally in _shown(load).items()}
    return {
        "load": load,
        "codes": named_codes(load.company_codes),
        "reasons": [reason_text(reason) for reason in load.reasons],
        "groups": _rows(closing),
        "totals": _by_currency(closing) if len(closing) > 1 else [],
        "count": items_text(sum(tally.items for tally in closing.values())),
        "dropped": _rows({group: tally for group, tally in dropped.items() if tally.items}),
    }


def _by_currency(tallies: Tallies) -> list[str]:
    amounts = defaultdict[str, Decimal](Decimal)
    for (_code, currency), tally in tallies.items():
        amounts[currency] += tally.amount
    return [shown(amount, currency) for currency, amount in sorted(amounts.items())]


def _shown(load: Any) -> Tallies:
    """Return what was missing when the load was withheld."""
    return {
        (loaded.company_code, tally["currency"]): Tally(tally["items"], Decimal(tally["amount"]))
        for loaded in load.codes.all()
        for tally in loaded.missing
    }


def _minus(whole: Tally, part: Tally) -> Tally:
    return Tally(whole.items - part.items, whole.amount - part.amount)


def _rows(tallies: Tallies) -> list[dict[str, Any]]:
    return [_row(code, currency, tally) for (code, currency), tally in sorted(tallies.items())]


def _row(code: str, currency: str, tally: Tally) -> dict[str, Any]:
    return {
        "company_code": code_name(code),
        "currency": currency,
        "items": number(tally.items),
        "amount": money(tally.amount, currency),
    }
