"""Whatever a feed brings, in whatever order: every moment of it is answered later as it was answered then."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from customers.models import Customer
from receivables.models import Invoice
from receivables.reports.parameters import Grouping
from tests.cases.full_loads.ledgers import Row, Sender, item
from tests.conftest import client_of
from tests.factories import LENIENT, AccountFactory, customer_row
from tests.lanes import examples, rolled_back

CODES = ["1000", "1000", "2000", ""]
NUMBERS = ["4711", "04711", "4712"]
OF_MOMENT = {"knownAt", "lastUpload"}

rows = st.builds(
    lambda number, **values: item(number, **{name: value for name, value in values.items() if value is not ...}),
    st.integers(1, 5),
    companyCode=st.sampled_from(CODES),
    customerNumber=st.sampled_from(NUMBERS),
    balanceAmount=st.sampled_from(["100", "60", "60", "0", "-30", "?"]),
    currency=st.sampled_from(["EUR", "EUR", "USD", ""]),
    dueDate=st.sampled_from(["2026-01-31", "2028-02-29", None, ...]),
    invoiceDate=st.sampled_from(["2026-01-01", None, ...]),
    customerName=st.sampled_from(["Alpha", "Beta", "", ...]),
    purchaseOrder=st.sampled_from(["PO 1", {"number": 2}, None, ...]),
)
customers = st.builds(
    customer_row,
    cocode=st.sampled_from(["", "1000", "2000"]),
    customerno=st.sampled_from(NUMBERS),
    companyname=st.sampled_from(["", "Gamma", "Delta"]),
    lastname=st.sampled_from(["", "Doe"]),
)


@dataclass(frozen=True)
class Night:
    """Rows of items, as changes or as a full load that is confirmed where it is withheld, or rows of customers."""

    kind: str
    rows: list[Row]

    def happen(self, sender: Sender) -> None:
        if self.kind == "customers":
            sender.client.post("/jsonApi/upload/customers", self.rows, format="json", headers=LENIENT)
        elif self.kind == "changes":
            sender.changes(self.rows, headers=LENIENT)
        else:
            load = sender.full_load(self.rows, headers=LENIENT, companyCodes='1000,2000,""', allowEmpty="true")
            if load.told.get("snapshot"):
                sender.confirm(load.load)


def nights_of(kind: str, each: Any, least: int) -> Any:
    return st.builds(Night, st.just(kind), st.lists(each, min_size=least, max_size=4))


nights = st.one_of(
    nights_of("changes", rows, 1),
    nights_of("changes", rows, 1),
    nights_of("load", rows, 0),
    nights_of("customers", customers, 1),
)


def questions() -> list[tuple[str, dict[str, str]]]:
    """Return the addresses and parameters of all that can be answered as it was, of the rows that there are."""
    day = {"asOf": "2026-02-10"}
    aging = [("/jsonApi/reports/aging", day | {"groupBy": group}) for group in Grouping.values]
    narrowed = ("/jsonApi/reports/aging", day | {"customerNumber": "4711", "currency": "EUR", "groupBy": "companyCode"})
    statements = [(f"/jsonApi/customers/{pk}/statement", day) for pk in ids(Customer)]
    items = [(f"/jsonApi/customers/{pk}/invoices", {"ordering": "-openAmount"}) for pk in ids(Customer)]
    lists = [("/jsonApi/invoices", {}), ("/jsonApi/invoices", {"open": "true", "search": "alpha", "count": "true"})]
    single = [(f"/jsonApi/invoices/{pk}", {}) for pk in ids(Invoice)[:1]]
    return [*aging, narrowed, *statements, *items, *lists, *single]


def ids(model: Any) -> list[int]:
    return list(model.objects.order_by("id").values_list("id", flat=True))


def answered(sender: Sender, asked: list[tuple[str, dict[str, str]]], known_at: str) -> list[Any]:
    """Return the answers, without what names the moment."""
    found = [sender.client.get(url, query | {"knownAt": known_at}) for url, query in asked]
    assert {response.status_code for response in found} == {200}, [response.content for response in found]
    return [{name: value for name, value in answer.json().items() if name not in OF_MOMENT} for answer in found]


@examples(10, at_night=1000)
@given(happened=st.lists(nights, min_size=1, max_size=6))
def test_every_moment_is_answered_later_as_it_was_then(db, happened):
    with rolled_back():
        limits = {"closing_max_share": 100, "closing_max_items": 1000}
        sender = Sender(client_of(AccountFactory(**limits), scopes=["read", "upload", "confirm"]))
        sender.changes([item(1, companyCode="1000", currency="EUR", customerName="Alpha")])
        recorded = []
        for night in happened:
            night.happen(sender)
            asked = questions()
            recorded.append((datetime.now(UTC).isoformat(), asked, answered(sender, asked, "now")))
        for moment, asked, then in recorded:
            assert answered(sender, asked, moment) == then
