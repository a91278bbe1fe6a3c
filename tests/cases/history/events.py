"""What happens to an account that is recorded, as hypothesis draws it: feeds of a few items, some of it taken back."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.cases.full_loads.ledgers import Answer, Row, Sender, answer, item
from tests.cases.full_loads.model_records import code_of
from tests.factories import customer_row

NUMBERS = range(1, 10)
CURRENCIES = ["EUR", "EUR", "EUR", "USD", ""]
BALANCES = ["100", "100", "40", "-30", "0", "unknown"]
DAYS = ["2026-01-01", "2026-02-14", "2026-02-15", None]
NAMES = ["Alpha", "Beta", ""]


@st.composite
def rows(draw: Any) -> Row:
    number = draw(st.sampled_from(NUMBERS))
    return item(
        number,
        companyCode=code_of(number),
        customerNumber=f"{number % 3}",
        customerName=draw(st.sampled_from(NAMES)),
        currency=draw(st.sampled_from(CURRENCIES)),
        balanceAmount=draw(st.sampled_from(BALANCES)),
        dueDate=draw(st.sampled_from(DAYS)),
    )


@st.composite
def customers(draw: Any) -> Row:
    code, number = draw(st.sampled_from(["", "1000", "2000"])), draw(st.sampled_from("012"))
    return customer_row(cocode=code, customerno=number, companyname=draw(st.sampled_from(NAMES[:2])))


def different(rows: st.SearchStrategy[Row], *identity: str, most: int) -> st.SearchStrategy[list[Row]]:
    return st.lists(rows, min_size=1, max_size=most, unique_by=lambda row: tuple(row[part] for part in identity))


@dataclass(frozen=True)
class Event:
    kind: str
    rows: list[Row]
    number: int  # of what is taken back, or confirmed: counted from the last


few = different(rows(), "invoiceNumber", most=3)
most = different(rows(), "invoiceNumber", most=9)
CONTENT = {"changes": few, "full_load": most, "customers": different(customers(), "cocode", "customerno", most=2)}
KINDS = ["changes", "changes", "full_load", "customers", "confirm", "undo", "undo", "undo"]


@st.composite
def events(draw: Any, kinds: list[str] = KINDS) -> Event:
    kind = draw(st.sampled_from(kinds))
    return Event(kind, draw(CONTENT.get(kind, st.just([]))), draw(st.sampled_from([0, 0, 0, 1, 2, 3])))


class Feeds:
    """Who sends the feeds, and remembers what can be taken back."""

    def __init__(self, sender: Sender):
        self.sender, self.addresses, self.loads = sender, list[str](), list[str]()

    def happen(self, event: Event) -> Answer | None:
        answer: Answer | None = getattr(self, event.kind)(event)
        assert answer is None or answer.status in (200, 207, 409), answer
        return answer

    def changes(self, event: Event) -> Answer:
        return self.remembered(self.sender.changes(event.rows))

    def full_load(self, event: Event) -> Answer:
        return self.remembered(self.sender.full_load(event.rows))

    def customers(self, event: Event) -> Answer:
        address = "/jsonApi/upload/customers"
        return self.remembered(answer(self.sender.client.post(address, event.rows, format="json")))

    def confirm(self, event: Event) -> Answer | None:
        return self.sender.confirm(self.loads[-1 - event.number]) if event.number < len(self.loads) else None

    def undo(self, event: Event) -> Answer | None:
        if event.number >= len(self.addresses):
            return None
        address = f"{self.addresses[-1 - event.number]}/undo?confirm=true"
        return self.remembered(answer(self.sender.client.post(address)))

    def remembered(self, answer: Answer) -> Answer:
        if answer.status not in (200, 207):
            return answer
        snapshot, kind = answer.told.get("snapshot"), answer.told["kind"]
        is_load = snapshot is not None and kind != "undo"
        address = snapshot["url"] if is_load else answer.told["url"]
        if address not in self.addresses:
            self.addresses.append(address)
        self.loads += [snapshot["id"]] if is_load else []
        return answer
