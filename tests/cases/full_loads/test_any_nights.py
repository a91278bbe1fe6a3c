"""Whatever senders and staff do, in whatever order: what is open is what the rules say, and so is every answer."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from receivables.uploads.worker import ingest_queued
from tests.cases.full_loads.ledgers import Answer, Row, Sender, answer, item, moved, time_passes
from tests.cases.full_loads.model import Limits, Load, Model, Refused, Rows, Told, code_of, group_of
from tests.factories import LENIENT, AccountFactory, key_headers
from tests.lanes import examples, rolled_back

NUMBERS = range(1, 10)


def number_of(row: Row) -> int:
    return int(row["invoiceNumber"].removeprefix("I"))


@dataclass
class World:
    """The service and the model of it, to which the same happens."""

    model: Model
    senders: list[Sender]
    ids: list[str] = field(default_factory=list)  # of the model's loads
    answers: list[Answer] = field(default_factory=list)  # that moved money
    queued: list[tuple[str, Rows, int]] = field(default_factory=list)
    confirmed: dict[str, str] = field(default_factory=dict)  # loads, and the receipts of their confirmations
    moments: list[datetime] = field(default_factory=list)  # after each turn

    def happen(self, event: "Event") -> None:
        """Let something happen; if it breaks off, it is as if it had not."""
        self.model.turn += 1
        before = (
            deepcopy((self.model, self.ids, self.answers, self.queued, self.confirmed)) if event.breaks_off else None
        )
        with transaction.atomic():
            getattr(self, event.kind)(event)
            transaction.set_rollback(event.breaks_off)
        if before:
            self.model, self.ids, self.answers, self.queued, self.confirmed = before
        self.moments.append(datetime.now(UTC))
        self.check()

    def check(self) -> None:
        rows = self.senders[0].found()
        assert {number_of(row): row["openAmount"] for row in rows if row["openAmount"]} == self.model.open
        closed = {number for number, stored in self.model.items.items() if stored.closed_by}
        assert {number_of(row) for row in rows if row["closedAt"]} == closed
        assert moved(self.answers) == self.senders[0].sums()

    # What happens

    def change(self, event: "Event") -> None:
        as_of, query = self.extract(event)
        answer = self.senders[event.sender].changes(sent(event.rows), **query)
        self.compare(answer, lambda: self.model.change(event.rows, as_of))

    def queue(self, event: "Event") -> None:
        answer = self.senders[event.sender].changes(sent(event.rows), headers={"Prefer": "respond-async"})
        assert answer.status == 202
        self.queued.append((answer.told["id"], event.rows, self.model.turn))
        self.model.waiting += 1

    def work(self, event: "Event") -> None:
        while self.queued:
            pk, rows, arrived = self.queued.pop(0)
            ingest_queued(UUID(pk))
            self.model.waiting -= 1
            found = answer(self.senders[0].client.get(f"/jsonApi/uploads/{pk}"))
            self.compare(found, lambda rows=rows, arrived=arrived: self.model.change(rows, arrived))

    def full_load(self, event: "Event") -> None:
        as_of, query = self.extract(event)
        if event.codes:
            query["companyCodes"] = ",".join(event.codes)
        answer = self.senders[event.sender].full_load(sent(event.rows), headers=LENIENT, **query)
        self.compare(answer, lambda: self.model.full_load(event.sender, event.codes, event.rows, as_of))
        if answer.status in (200, 207):
            self.ids.append(answer.load)

    def begin(self, event: "Event") -> None:
        as_of, query = self.extract(event)
        codes = event.codes or ("1000", "2000")
        answer = self.senders[event.sender].begin(*codes, **query)
        try:
            self.model.begin(event.sender, codes, as_of)
        except Refused:
            assert answer.status == 409, answer
        else:
            assert answer.status == 201, answer
            self.ids.append(answer.told["id"])

    def part(self, event: "Event") -> None:
        if found := self.load(event):
            load, pk = found
            answer = self.senders[event.sender].part(pk, sent(event.rows), event.number, headers=LENIENT)
            self.compare(answer, lambda: self.model.part(load, event.rows))

    def commit(self, event: "Event") -> None:
        if found := self.load(event):
            load, pk = found
            answer = self.senders[event.sender].commit(pk)
            if not load.in_parts or load.state in ("open", "abandoned"):
                self.compare(answer, lambda: self.model.commit(load))
            else:  # it ended: the same receipt again
                assert answer.told["snapshot"]["id"] == pk

    def confirm(self, event: "Event") -> None:
        if found := self.load(event):
            load, pk = found
            answer = self.senders[event.sender].confirm(pk)
            if first := self.confirmed.get(pk):  # the same receipt again
                assert (answer.status, answer.told["id"]) == (200, first)
            elif self.compare(answer, lambda: self.model.confirm(load)):
                self.confirmed[pk] = answer.told["id"]

    def abandon(self, event: "Event") -> None:
        if (found := self.load(event)) and found[0].state == "open":
            assert self.senders[event.sender].abandon(found[1]).status == 204
            self.model.abandon(found[0])

    def hour(self, event: "Event") -> None:
        time_passes(hours=1)
        self.moments = [moment - timedelta(hours=1) for moment in self.moments]
        self.model.hours.append(self.model.turn)

    # How

    def extract(self, event: "Event") -> tuple[float, dict[str, Any]]:
        """Return when the rows left the ledger, for the model and as the sender says it."""
        if event.age is None or event.age >= len(self.moments):
            return self.model.turn, {}
        turn = len(self.moments) - event.age
        return turn + 0.5, {"extractedAt": self.moments[turn - 1].isoformat()}

    def load(self, event: "Event") -> tuple[Load, str] | None:
        if not self.ids:
            return None
        at = len(self.ids) - 1 - event.number % len(self.ids)
        return self.model.loads[at], self.ids[at]

    def compare(self, found: Answer, expected: Callable[[], Told]) -> bool:
        """Compare an answer with what the model tells; return whether anything was stored."""
        try:
            told = expected()
        except Refused:
            assert found.status == 409, found
            return False
        assert found.status in (200, 207), found.told
        assert found.counts == {name: count for name, count in told.counts.items() if count}
        assert found.told["received"] == sum(found.counts.get(name, 0) for name in OUTCOMES)
        if told.outcome:
            assert (found.outcome, set(found.reasons)) == (told.outcome, told.reasons)
        self.answers.append(found)
        return True


OUTCOMES = ("created", "updated", "unchanged", "rejected")


def sent(rows: Rows) -> list[Row]:
    good = [_row(number, invoiceAmount=amount) for number, amount in rows.amounts.items()]
    bad = [_row(number, invoiceAmount="a lot") for number in rows.bad]
    return [*good, *bad, *([item(1, invoiceNumber=None)] * rows.unreadable)]


def _row(number: int, **values: Any) -> Row:
    return item(number, companyCode=code_of(number), currency=group_of(number)[1], **values)


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


amounts = st.sampled_from([100, 100, 100, 7, -30, 0])
few = st.dictionaries(st.sampled_from(NUMBERS), amounts, min_size=1, max_size=3)


@st.composite
def ledgers(draw: Any) -> dict[int, int]:
    """Most of a ledger, as a full load has it."""
    lacks = draw(st.sets(st.sampled_from(NUMBERS), max_size=3))
    changed = draw(st.dictionaries(st.sampled_from(NUMBERS), amounts, max_size=1))
    first, last = draw(st.sampled_from([(1, 9), (1, 9), (1, 6), (7, 9)]))
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
        draw(st.sampled_from([None, None, ("1000",), ("2000",), ("1000", "2000")])),
        draw(st.sampled_from([None, None, None, 0, 1, 3])),
        draw(st.sampled_from([0, 0, 0, 1, 2])) + (kind == "part"),
        draw(st.integers(0, 9)) == 9,
    )


limits = st.builds(
    Limits,
    max_share=st.sampled_from([20, 50]),
    max_items=st.sampled_from([0, 1, 50]),
    max_items_by_amount=st.sampled_from([0, 1, 10]),
    max_amount=st.sampled_from([None, None, 150]),
    min_rows=st.sampled_from([10, 70]),
)
first_nights = st.sampled_from([True, True, False])


def test_any_nights_leave_open_what_the_rules_leave_open(db):
    nights()


@examples(300)
@given(limits=limits, begins_with_all=first_nights, happened=st.lists(events(KINDS + IN_PARTS), max_size=14))
def nights(limits: Limits, begins_with_all: bool, happened: list[Event]) -> None:
    with rolled_back():
        columns = {f"closing_{name}": value for name, value in vars(limits).items()}
        account = AccountFactory(**columns)
        scopes = ["read", "upload", "confirm"]
        senders = [Sender(APIClient(headers=key_headers(account, scopes=scopes))) for _ in range(2)]
        world = World(Model(limits), senders)
        if begins_with_all:
            everything = Rows(dict.fromkeys(NUMBERS, 100))
            happened = [Event("full_load", 0, everything, None, None, 0, False), *happened]
        for event in happened:
            world.happen(event)
