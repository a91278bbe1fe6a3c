"""What a sender says of a full load, and what it is told of one: what became of it, and what to do."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin

BLANK_CODE = "(blank)"
BLANK_ALONE = '""'
WITHHELD = "withheld"
SHOWN_PAIRS = 20
PAIRS = {"missing item": "missing", "came as": "came"}
LACKED = {"company": "companyCode", "currency": "currency", "items": "items", "open amount": "openAmount"}
CONFIRMED_BY = (
    "If these items are settled, a member of staff confirms the full load in the admin, under Full loads. "
    "If the file lacks rows, send a complete one: it takes the place of this one."
)
TOO_LARGE = (
    "Do not split a full load by hand: each half would close what is in the other. Let the command send it in smaller "
    "parts, with --part-rows."
)


@dataclass(frozen=True)
class FullLoad:
    """A file that is all that is open. Without `company_codes` the server takes those of its rows and of earlier ones.

    `expected_open` is as the API's parameter has it. A file of more than `part_rows` rows is sent in parts.
    """

    company_codes: tuple[str, ...] | None
    expected_open: str
    allow_empty: bool
    part_rows: int

    def query(self) -> dict[str, str]:
        """Return the parameters of an upload that is the whole load."""
        query = {"snapshot": "true"}
        if self.company_codes is not None:
            named = ",".join(quote(code, safe="") for code in self.company_codes)
            query["companyCodes"] = named or BLANK_ALONE  # an empty parameter is refused
        if self.expected_open:
            query["expectedOpen"] = self.expected_open
        if self.allow_empty:
            query["allowEmpty"] = "true"
        return query


def is_full_load(query: Mapping[str, str]) -> bool:
    """Whether the parameters of an upload make it a full load, or a part of one."""
    return query.get("snapshot", "false") != "false"


def is_withheld(document: Mapping[str, Any]) -> bool:
    """Whether a receipt is that of a full load that is withheld, or would be."""
    return _became(document.get("snapshot") or {}) == WITHHELD


def _became(snapshot: Mapping[str, Any]) -> str:
    return snapshot.get("outcome") or snapshot.get("wouldBe") or ""


def heading(document: Mapping[str, Any]) -> str:
    """Return in a line what became of the full load of a receipt."""
    snapshot = document["snapshot"]
    count = f"{_missing_count(snapshot):,}"
    would = "would be" if snapshot.get("wouldBe") else "are"
    said = {
        "closed": f"{count} missing items {would} closed: they are no longer in the full load",
        "nothing_to_close": "nothing is missing",
        "superseded": "a later one took its place",
        "refused": "it is refused, and nothing is stored",
        WITHHELD: f"{'it would be' if snapshot.get('wouldBe') else 'it is'} withheld, and nothing is closed",
    }
    outcome = _became(snapshot)
    return f"Full load of {listed(snapshot.get('companyCodes') or [])}: {said.get(outcome, outcome)}."


def near_pairs(document: Mapping[str, Any], address: str, named: Callable[[int], str]) -> list[dict[str, str]]:
    """Return the missing items that came under another spelling of their numbers, with what they came as. `address` is
    one of the server's; `named` says how a row is called, by its index.
    """

    def came(pair: Mapping[str, Any]) -> str:
        if "index" in pair:
            return named(pair["index"])
        return urljoin(address, pair["created"]["url"]) if "created" in pair else ""

    pairs = document["snapshot"].get("nearIdentities") or ()
    return [{"missing": urljoin(address, pair["missing"]["url"]), "came": came(pair)} for pair in pairs[:SHOWN_PAIRS]]


def became_something(document: Mapping[str, Any]) -> bool:
    """Whether a receipt tells what became of a full load, or would have: that of a part does not."""
    return bool(_became(document.get("snapshot") or {}))


def remarks(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield why it is withheld, and which company codes it is not of."""
    snapshot = document["snapshot"]
    for reason in snapshot.get("reasons") or ():
        yield f"- {reason['message']}"
    if left_out := snapshot.get("leftOut"):
        yield f"Company codes with open items that the full load is not of: {listed(left_out)}."


def why_withheld(document: Mapping[str, Any], address: str) -> str:
    """Return what happened, why, and what to do, each on lines of its own; `address` is the API's."""
    snapshot = document["snapshot"]
    reasons = [f"- {reason['message']}" for reason in snapshot.get("reasons") or ()]
    count = f"{_missing_count(snapshot):,}"
    if snapshot.get("wouldBe"):
        return "\n".join([f"The full load would be withheld, and none of its {count} missing items closed.", *reasons])
    happened = f"The rows are stored, but the full load is withheld: none of its {count} missing items is closed."
    missing = f"The missing items: {address}/snapshots/{snapshot['id']}/missing"
    return "\n".join([happened, *reasons, CONFIRMED_BY, missing])


def listed(codes: Sequence[str]) -> str:
    return ", ".join(code or BLANK_CODE for code in codes)


def _missing_count(snapshot: Mapping[str, Any]) -> int:
    return sum(group.get("items", 0) for group in snapshot.get("missing") or ())
