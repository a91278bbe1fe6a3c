"""What senders and staff do, as hypothesis draws it: uploads of a few items, full loads and parts of most of them."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.cases.full_loads.model_records import CODES, Amount, Rows

NUMBERS = range(1, 10)


@dataclass(frozen=True)
class Event:
    """Something that happens; what its kind does not need counts for nothing."""

    kind: str
    sender: int
    rows: Rows
    codes: tuple[str, ...] | None
    age: int | None  # of the extract, in turns
    number: int  # of a load, or a part
    breaks_off: bool


amounts = st.sampled_from([100, 100, 100, 7, -30, 0, None])
few = st.dictionaries(st.sampled_from(NUMBERS), amounts, min_size=1, max_size=3)


@st.composite
def ledgers(draw: Any) -> dict[int, Amount]:
    """Most of a ledger, as a full load has it."""
    lacks = draw(st.sets(st.sampled_from(NUMBERS), max_size=3))
    changed = draw(st.dictionaries(st.sampled_from(NUMBERS), amounts, max_size=1))
    first, last = draw(st.sampled_from([(1, 9), (1, 9), (1, 5), (1, 7), (8, 9)]))
    rows = {number: 100 for number in range(first, last + 1) if number not in lacks}
    return rows | changed or {1: 100}


@st.composite
def rows_of(draw: Any, amounts_of: Any, *, may_be_bad: bool) -> Rows:
    rows = draw(amounts_of)
    if not may_be_bad or draw(st.integers(0, 3)):
        return Rows(rows)
    bad = frozenset(set(draw(st.sets(st.sampled_from(NUMBERS), max_size=2))) - rows.keys())
    return Rows(rows, bad, draw(st.sampled_from([0, 0, 1])))


WHOLE = {"full_load", "part"}
KINDS = [*["change"] * 3, "queue", "work", *["full_load"] * 5, *["confirm"] * 2, "hour"]
IN_PARTS = ["begin", "begin", "part", "part", "part", "commit", "commit", "abandon"]


@st.composite
def events(draw: Any, kinds: list[str]) -> Event:
    kind = draw(st.sampled_from(kinds))
    rows = draw(rows_of(ledgers(), may_be_bad=True) if kind in WHOLE else rows_of(few, may_be_bad=False))
    return Event(
        kind,
        draw(st.sampled_from([0, 0, 0, 1])),
        rows,
        draw(st.sampled_from([None, None, ("1000",), ("2000",), ("",), ("1000", "2000"), CODES])),
        draw(st.sampled_from([None, None, None, 0, 1, 3])),
        draw(st.sampled_from([0, 0, 0, 1, 2])) + (kind == "part"),
        draw(st.integers(0, 9)) == 9,
    )
