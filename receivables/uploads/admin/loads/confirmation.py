"""What somebody sees before they confirm that a withheld full load is right: what would close now, and what not."""

from decimal import Decimal
from typing import Any

from receivables.admin.shared.cells import money
from receivables.uploads.admin.loads.texts import code_name, code_names, items_text
from receivables.uploads.admin.texts import number, reason_text
from receivables.uploads.loads import confirming
from receivables.uploads.loads.missing import Tallies, Tally


def preview_context(load: Any) -> dict[str, Any]:
    """Return what the confirmation would close at this moment; what dropped out since the load came is apart. Raises
    LoadRefused where the load cannot be confirmed any more.
    """
    closing = confirming.preview(load).missing
    shown = _shown(load)
    dropped = {group: _minus(tally, closing.get(group, Tally())) for group, tally in shown.items()}
    return {
        "load": load,
        "codes": code_names(load.company_codes),
        "reasons": [reason_text(reason) for reason in load.reasons],
        "groups": _rows(closing),
        "count": items_text(sum(tally.items for tally in closing.values())),
        "dropped": _rows({group: tally for group, tally in dropped.items() if tally.items}),
    }


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
