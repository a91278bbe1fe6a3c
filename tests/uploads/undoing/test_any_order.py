"""Any order of uploads, full loads, undos and undos of undos, against a plain model of the rules.

In the model each row knows who touched it, in order, and which of these count there. What is stored of a row is what
those that count made of it, one after another.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.models import Invoice
from tests.conftest import client_of
from tests.factories import AccountFactory
from tests.lanes import examples, rolled_back
from tests.uploads.loads import ledger
from tests.uploads.undoing.rows import counts, state

NUMBERS = st.sets(st.integers(1, 4), min_size=1)
EVENTS = st.one_of(
    st.tuples(st.just("upload"), NUMBERS),
    st.tuples(st.just("load"), NUMBERS),
    st.tuples(st.just("undo"), st.integers(0, 9)),
    st.tuples(st.just("undo"), st.integers(0, 9)),
)


@dataclass
class Touch:
    """What something made of a row: None is what it left as it was. The first one created the row."""

    by: "Unit"
    amount: int | None = None
    is_closed: bool | None = None
    counts: bool = True


@dataclass(eq=False)
class Unit:
    """An upload, a full load or an undo. An undo knows what it took back, and which rows it left."""

    url: str
    order: int
    of: "Unit | None" = None
    undone: "Unit | None" = None
    skipped: set[int] = field(default_factory=set)
    contained: set[int] = field(default_factory=set)  # of a full load
    is_load: bool = False

    @property
    def base(self) -> "Unit":
        return self.of.base if self.of else self

    @property
    def restores(self) -> bool:
        """Whether taking it back brings rows again."""
        return bool(self.of) and not self.of.restores

    @property
    def left(self) -> set[int]:
        """What the undos between it and its base left."""
        return self.skipped | (self.of.left if self.of else set())


@dataclass
class Model:
    touches: dict[int, list[Touch]] = field(default_factory=dict)
    units: list[Unit] = field(default_factory=list)

    def row(self, number: int) -> tuple[int, bool]:
        """Return the amount of a row, and whether it is closed."""
        first, *others = self.touches[number]
        amount, is_closed = first.amount, not first.counts
        for touch in others:
            if touch.counts:
                amount = amount if touch.amount is None else touch.amount
                is_closed = is_closed if touch.is_closed is None else touch.is_closed
        return amount, is_closed

    def sent(self, unit: Unit, number: int, amount: int) -> None:
        if number not in self.touches:
            self.touches[number] = [Touch(unit, amount)]
            return
        now, is_closed = self.row(number)
        if (now, is_closed) != (amount, False):
            touch = Touch(unit, amount if amount != now else None, False if is_closed else None)
            self.touches[number].append(touch)

    def closed(self, unit: Unit) -> None:
        for number, touches in self.touches.items():
            if number not in unit.contained and not self.row(number)[1]:
                touches.append(Touch(unit, is_closed=True))

    def is_kept(self, unit: Unit, number: int) -> bool:
        """Whether something later than a unit counts at a row, or contained it."""
        later = any(touch.counts and touch.by.order > unit.order for touch in self.touches[number])
        loads = (each for each in self.units if each.is_load and each.undone is None and each.order > unit.order)
        return later or any(number in load.contained for load in loads)

    def later_load(self, target: Unit) -> bool:
        """Whether a later full load forbids to take back a full load, or an undo of one."""
        loads = [each for each in self.units if each.is_load and each.undone is None and each is not target.base]
        return target.base.is_load and any(load.order > target.order for load in loads)

    def taken_back(self, undo: Unit, target: Unit) -> dict[str, int]:
        unit, found = target.base, dict.fromkeys(("reverted", "withdrawn", "kept", *CLOSINGS), 0)
        for number, touches in self.touches.items():
            for touch in [each for each in touches if each.by is unit and number not in target.left]:
                skips = self.is_kept(unit, number)
                is_created, closes = touch is touches[0], touch.is_closed is True
                for name in names_of(touch, skips=skips, is_created=is_created, restores=target.restores):
                    found[name] += 1
                if skips:
                    undo.skipped.add(number)
                elif is_created or closes or touch.amount is not None or touch.is_closed is not None:
                    touch.counts = target.restores
        return {name: count for name, count in found.items() if count}


CLOSINGS = ("reopened", "reclosed", "keptClosings")


def names_of(touch: Touch, *, skips: bool, is_created: bool, restores: bool) -> list[str]:
    """Return the counts that a row is in."""
    names = []
    if touch.is_closed is not True:
        names.append("kept" if skips else "withdrawn" if is_created and not restores else "reverted")
    if touch.is_closed is not None:
        back = "reopened" if touch.is_closed is not restores else "reclosed"
        names.append("keptClosings" if skips else back)
    return names


class World:
    """The service beside its model."""

    def __init__(self) -> None:
        account = AccountFactory(closing_max_items=1000, closing_max_items_by_amount=1000, closing_min_rows=0)
        self.client = client_of(account, scopes=["read", "upload", "confirm"])
        self.model = Model()
        self.amount = 100

    def happen(self, kind: str, what: Any) -> None:
        getattr(self, kind)(what)
        found = {int(row["invoice_number"]): row for row in state(Invoice)}
        shown = {number: (row["invoice_amount"], row["closed_at"] is not None) for number, row in found.items()}
        assert shown == {number: self.model.row(number) for number in self.model.touches}

    def upload(self, numbers: set[int]) -> None:
        self._sent(numbers, "")

    def load(self, numbers: set[int]) -> None:
        receipt = self._sent(numbers, "?snapshot=true&companyCodes=1000")
        unit = self.model.units[-1]
        unit.url, unit.is_load, unit.contained = receipt["snapshot"]["url"], True, set(numbers)
        if receipt["snapshot"]["outcome"] == "withheld":
            receipt = self.client.post(f"{unit.url}/confirm").json()
        self.model.closed(unit)

    def _sent(self, numbers: set[int], query: str) -> Any:
        self.amount += 1
        rows = [row for number in sorted(numbers) for row in ledger(number, invoiceAmount=self.amount)]
        response = self.client.post(f"/jsonApi/upload/invoices{query}", rows, format="json")
        assert response.status_code in (200, 207), response.content
        unit = Unit(response.json()["url"], len(self.model.units))
        self.model.units.append(unit)
        for number in numbers:
            self.model.sent(unit, number, self.amount)
        return response.json()

    def undo(self, choice: int) -> None:
        units = self.model.units
        if not units:
            return
        target = units[-1 - choice % len(units)]
        preview = self.client.post(f"{target.url}/undo")
        if target.undone or self.model.later_load(target):
            assert preview.status_code == 409, preview.content
            return
        response = self.client.post(f"{target.url}/undo?confirm=true&preview={preview.json()['preview']}")
        assert response.status_code == 200, response.content
        undo = Unit(response.json()["url"], len(units), of=target)
        expected = self.model.taken_back(undo, target)
        assert counts(response.json()) == counts(preview.json()) == expected
        self.mark(target, undo)
        units.append(undo)

    def mark(self, target: Unit, undo: Unit) -> None:
        """What was taken back does not count, nor what had brought it again; what it had taken back counts again."""
        for each in self.model.units:
            if each is target or (each.undone is None and brings_again(each, target)):
                each.undone = undo
            elif each.undone is target:
                each.undone = None
                for other in self.model.units:
                    if each.of and (other is each.of or brings_again(other, each.of)) and other.order < each.order:
                        other.undone = each


def brings_again(unit: Unit, target: Unit) -> bool:
    return bool(unit.of and unit.of.of) and (unit.of.of is target or brings_again(unit.of.of, target))


@pytest.mark.parametrize("_", [""])
@examples(20, at_night=3000)
@given(events=st.lists(EVENTS, min_size=3, max_size=14))
def test_whatever_happens_rows_are_what_counts_made_of_them(_, events, db):
    with rolled_back():
        world = World()
        for kind, what in events:
            world.happen(kind, what)
