"""The service beside its model: whatever happens, happens to both, and they are compared."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from receivables.uploads.worker import ingest_queued
from tests.cases.full_loads.events import Event
from tests.cases.full_loads.ledgers import Answer, Row, Sender, answer, item, moved, time_passes
from tests.cases.full_loads.model import Model
from tests.cases.full_loads.model_records import CODES, Amount, Load, Refused, Rows, Told, code_of, group_of
from tests.factories import BY_WORKER, LENIENT


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

    def happen(self, event: Event) -> None:
        """Let something happen; if it breaks off, it is as if it had not."""
        self.model.turn += 1
        before = deepcopy({name: vars(self)[name] for name in REMEMBERED}) if event.breaks_off else {}
        with transaction.atomic():
            getattr(self, event.kind)(event)
            transaction.set_rollback(event.breaks_off)
        vars(self).update(before)
        self.moments.append(datetime.now(UTC))
        self.check()

    def check(self) -> None:
        rows = self.senders[0].found()
        assert {number_of(row): row["openAmount"] for row in rows if row["openAmount"] != 0} == self.model.open
        closed = {number for number, stored in self.model.items.items() if stored.closed_by}
        assert {number_of(row) for row in rows if row["closedAt"]} == closed
        assert moved(self.answers) == self.senders[0].sums()

    # What happens

    def change(self, event: Event) -> None:
        as_of, query = self.extract(event)
        answer = self.senders[event.sender].changes(sent(event.rows), **query)
        self.compare(answer, lambda: self.model.change(event.rows, as_of))

    def queue(self, event: Event) -> None:
        answer = self.senders[event.sender].changes(sent(event.rows), headers=BY_WORKER)
        assert answer.status == 202
        self.queued.append((answer.told["id"], event.rows, self.model.turn))
        self.model.waiting += 1

    def work(self, event: Event) -> None:
        while self.queued:
            pk, rows, arrived = self.queued.pop(0)
            ingest_queued(UUID(pk))
            self.model.waiting -= 1
            found = answer(self.senders[0].client.get(f"/jsonApi/uploads/{pk}"))
            self.compare(found, lambda rows=rows, arrived=arrived: self.model.change(rows, arrived))

    def full_load(self, event: Event) -> None:
        as_of, query = self.extract(event)
        if event.codes:
            query["companyCodes"] = ",".join(event.codes) or '""'
        answer = self.senders[event.sender].full_load(sent(event.rows), headers=LENIENT, **query)
        self.compare(answer, lambda: self.model.full_load(event.sender, event.codes, event.rows, as_of))
        if answer.status in (200, 207):
            self.ids.append(answer.load)

    def begin(self, event: Event) -> None:
        as_of, query = self.extract(event)
        codes = event.codes or CODES
        answer = self.senders[event.sender].begin(*codes, **query)
        try:
            self.model.begin(event.sender, codes, as_of)
        except Refused:
            assert answer.status == 409, answer
        else:
            assert answer.status == 201, answer
            self.ids.append(answer.told["id"])

    def part(self, event: Event) -> None:
        if found := self.load(event):
            load, pk = found
            answer = self.senders[event.sender].part(pk, sent(event.rows), event.number, headers=LENIENT)
            self.compare(answer, lambda: self.model.part(load, event.rows, event.number))

    def commit(self, event: Event) -> None:
        if found := self.load(event):
            load, pk = found
            allow_empty = event.age is not None
            answer = self.senders[event.sender].commit(pk, allowEmpty=allow_empty)
            if not load.in_parts or load.state in ("open", "abandoned"):
                self.compare(answer, lambda: self.model.commit(load, allow_empty=allow_empty))
            else:  # it ended: the same receipt again
                assert answer.told["snapshot"]["id"] == pk

    def confirm(self, event: Event) -> None:
        if found := self.load(event):
            load, pk = found
            answer = self.senders[event.sender].confirm(pk)
            if first := self.confirmed.get(pk):  # the same receipt again
                assert (answer.status, answer.told["id"]) == (200, first)
            elif self.compare(answer, lambda: self.model.confirm(load)):
                self.confirmed[pk] = answer.told["id"]

    def abandon(self, event: Event) -> None:
        if (found := self.load(event)) and found[0].state == "open":
            assert self.senders[event.sender].abandon(found[1]).status == 204
            self.model.abandon(found[0])

    def hour(self, event: Event) -> None:
        time_passes(hours=1)
        self.moments = [moment - timedelta(hours=1) for moment in self.moments]
        self.model.hours.append(self.model.turn)

    # How

    def extract(self, event: Event) -> tuple[float, dict[str, Any]]:
        """Return when the rows left the ledger, for the model and as the sender says it."""
        if event.age is None or event.age >= len(self.moments):
            return self.model.turn, {}
        turn = len(self.moments) - event.age
        return turn + 0.5, {"extractedAt": self.moments[turn - 1].isoformat()}

    def load(self, event: Event) -> tuple[Load, str] | None:
        if not self.ids:
            return None
        at = len(self.ids) - 1 - event.number % len(self.ids)
        return self.model.loads[at], self.ids[at]

    def compare(self, found: Answer, expected: Callable[[], Told]) -> bool:
        """Compare an answer with what the model tells; return whether anything was stored."""
        try:
            told = expected()
        except Refused:
            assert found.status in (409, 422), found
            return False
        assert found.status in (200, 207), found.told
        assert found.counts == {name: count for name, count in told.counts.items() if count}
        assert found.told["received"] == sum(found.counts.get(name, 0) for name in OUTCOMES)
        if told.outcome:
            assert (found.outcome, set(found.reasons)) == (told.outcome, told.reasons)
        self.answers.append(found)
        return True


REMEMBERED = ("model", "ids", "answers", "queued", "confirmed", "moments")  # what is undone where something breaks off
OUTCOMES = ("created", "updated", "unchanged", "rejected")


def sent(rows: Rows) -> list[Row]:
    good = [_row(number, **_amounts(amount)) for number, amount in rows.amounts.items()]
    bad = [_row(number, invoiceAmount="a lot") for number in rows.bad]
    return [*good, *bad, *([item(1, invoiceNumber=None)] * rows.unreadable)]


def _row(number: int, **values: Any) -> Row:
    return item(number, companyCode=code_of(number), currency=group_of(number)[1], **values)


def _amounts(amount: Amount) -> Row:
    """Return an invoice amount and a balance, which may be no number."""
    return {"invoiceAmount": 100 if amount is None else amount, "balanceAmount": "?" if amount is None else str(amount)}
