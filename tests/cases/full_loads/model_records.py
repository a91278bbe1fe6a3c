"""What the model of full loads (model.py, which says what turns and moments are) knows: items, loads, rows, answers."""

from collections import Counter
from dataclasses import dataclass, field

Group = tuple[str, str]  # company code and currency


Amount = int | None  # None: it cannot be read
CODES = ("", "1000", "2000")


def code_of(number: int) -> str:
    return "1000" if number <= 5 else "2000" if number <= 7 else ""


def group_of(number: int) -> Group:
    return code_of(number), "EUR" if number % 3 == 0 else "USD"


class Refused(Exception):
    """Nothing of it is stored."""


@dataclass(frozen=True)
class Limits:
    max_share: int = 20
    max_items: int = 50
    max_items_by_amount: int = 10
    max_amount: int | None = None
    min_rows: int = 70


@dataclass
class Load:
    sender: int
    codes: tuple[str, ...]
    as_of: float
    cutoff: int  # the last moment of what it knows
    began: int
    in_parts: bool
    open_before: dict[int, Amount]
    state: str = "open"
    present: set[int] = field(default_factory=set)  # by the rows that were taken
    protected: set[int] = field(default_factory=set)  # by rows that were refused
    unreadable: dict[int, int] = field(default_factory=dict)  # by part, as it came last
    rows: Counter[str] = field(default_factory=Counter)
    listed: set[int] = field(default_factory=set)  # what was missing when it was withheld


@dataclass
class Item:
    amount: Amount
    changed: int  # the moment
    closed_by: Load | None = None

    @property
    def open(self) -> Amount:
        return 0 if self.closed_by else self.amount


@dataclass
class Told:
    """What an upload's sender is told."""

    counts: Counter[str] = field(default_factory=Counter)
    outcome: str | None = None
    reasons: set[str] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)


@dataclass
class Rows:
    """What an array says: amounts of items, items whose rows are refused, and rows of no item that can be."""

    amounts: dict[int, Amount]
    bad: frozenset[int] = frozenset()
    unreadable: int = 0


@dataclass
class Merged:
    """What one moment brought; whether the service knows which items it left as they were."""

    turn: int
    items: set[int]
    is_known: bool = True
