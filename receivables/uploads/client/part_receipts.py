"""The receipts of the parts of a full load, added up to what one upload of the file would have had."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from receivables.uploads.client.terminal import shifted
from receivables.uploads.resources import COUNTS

Receipt = dict[str, Any]
OMITTED = ("errorsOmitted", "warningsOmitted", "rejectedOmitted", "rejectedOverBudget")
INDEXES = ("index", "firstIndex", "otherIndex")
SUMS = ("invoiceAmount", "openBefore", "openAfter")


def of_file(receipt: Receipt, first: int) -> Receipt:
    """Return a part's receipt, or problem, with its rows counted as in the file; its first has the index `first`."""
    moved: Receipt = dict(receipt)
    for name in ("errors", "warnings"):
        moved[name] = [_moved(each, first) for each in receipt.get(name) or ()]
    if pairs := (receipt.get("snapshot") or {}).get("nearIdentities"):
        moved["snapshot"] = receipt["snapshot"] | {"nearIdentities": [_with_indexes(pair, first) for pair in pairs]}
    return moved


def _moved(finding: Receipt, first: int) -> Receipt:
    return _with_indexes(finding, first) | {"message": shifted(finding["message"], first)}


def _with_indexes(of_row: Receipt, first: int) -> Receipt:
    return of_row | {name: of_row[name] + first for name in INDEXES if name in of_row}


def added_up(parts: Sequence[Receipt], commit: Receipt) -> Receipt:
    """Return the receipt of the commit with what the receipts of the parts counted and warned of."""
    all_of_them = [*parts, commit]
    counts = {count.name: sum(receipt.get(count.name, 0) for receipt in all_of_them) for count in COUNTS}
    omitted = {name: sum(receipt.get(name, 0) for receipt in all_of_them) for name in OMITTED}
    is_partial = any(receipt.get("outcome") == "partial" for receipt in all_of_them)
    return {
        **commit,
        **counts,
        **omitted,
        "outcome": "partial" if is_partial else commit["outcome"],
        "errors": [error for receipt in all_of_them for error in receipt.get("errors") or ()],
        "warnings": _warnings(warning for receipt in all_of_them for warning in receipt.get("warnings") or ()),
        "totals": _totals(total for receipt in all_of_them for total in receipt.get("totals") or ()),
    }


def _warnings(warnings: Iterable[Receipt]) -> list[Receipt]:
    found: dict[Any, Receipt] = {}
    for warning in warnings:
        first = found.setdefault((warning["code"], warning.get("field")), warning | {"rows": 0})
        first["rows"] += warning["rows"]
    return list(found.values())


def _totals(totals: Iterable[Receipt]) -> list[Receipt]:
    found: dict[Any, Receipt] = {}
    for total in totals:
        group = total["companyCode"], total["currency"]
        known = found.setdefault(group, total | {"rows": 0} | dict.fromkeys(SUMS, "0"))
        known["rows"] += total["rows"]
        known |= {name: f"{Decimal(known[name]) + Decimal(total[name]):f}" for name in SUMS}
        found[group] = known
    return [found[group] for group in sorted(found)]
