"""What holds whatever is sent."""

import json
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lanes import examples, rolled_back
from tests.uploads.contract_rows import CUSTOMER, INVOICE

many_examples, some_examples, few_examples = examples(100), examples(25), examples(12)

NAMES = {"invoices": list(INVOICE), "customers": list(CUSTOMER)}

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())
anything = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
likely = st.sampled_from(["1", "0012", "", " ", "12-", "(12)", "2026-01-31", "20260131", "00000000", 1, 12.0, -3, None])

letters = st.text("aA1 ä北", max_size=16)
finite = st.floats(min_value=1e-300, max_value=1e300) | st.integers(-(10**300), 10**300)
printable = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
storable = st.recursive(
    st.none() | st.booleans() | finite | printable,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(printable, inner, max_size=3),
    max_leaves=8,
)


def any_rows(resource):
    keys = st.sampled_from(NAMES[resource]) | st.text()
    rows = st.dictionaries(keys, likely | anything, max_size=8)
    complete = st.builds(lambda row, required: required | row, rows, st.just(required_of(resource)))
    return st.lists(rows | complete | anything, max_size=4)


def required_of(resource):
    if resource == "invoices":
        return {"customerNumber": "1", "invoiceNumber": "1", "invoiceAmount": 1}
    return {"customerno": "1", "emailaddress1": "a@example.com"}


def good_invoices():
    """Arrays of invoices that are taken: no two of them name one item."""
    numbers = st.integers(1, 10**12).map(str)
    amounts = st.integers(-(2**60), 2**60)
    required = {"customerNumber": numbers, "invoiceNumber": numbers, "invoiceAmount": amounts}
    optional = {
        "lineItem": letters,
        "itemText": letters,
        "balanceAmount": letters,
        "currency": st.sampled_from(["USD", "EUR", "", None]),
        "dueDate": st.dates().map(str) | st.none(),
        "localAmount": amounts | st.none(),
        "billAddr": storable,
        "colour": storable,
    }
    row = st.fixed_dictionaries(required, optional=optional)
    return st.lists(row, max_size=4, unique_by=lambda row: (row["customerNumber"], row["invoiceNumber"]))


VALUES = {
    "status": st.sampled_from(["open", "paid", "", None]),
    "currency": st.sampled_from(["USD", "EUR", None]),
    "invoiceAmount": st.sampled_from([1, 20, -300]),
    "localAmount": st.sampled_from([0, 1, None]),
    "balanceAmount": st.sampled_from(["7", "7-", "none", "", None]),
    "dueDate": st.sampled_from(["2026-01-31", "20260131", "", None]),
    "billAddr": st.sampled_from([{"city": "Bonn"}, ["a", 1.5], "", None]),
    "customerNumber": st.sampled_from(["12", "0012"]),
    "colour": st.sampled_from(["red", None, {"deep": 1}]),
    "": st.booleans(),
}


def rows_of_any_shape():
    """Invoices of one customer that bring any of some keys, in an array that names none twice."""
    required = {
        "invoiceNumber": st.sampled_from("123456"),
        "customerNumber": st.just("12"),
        "invoiceAmount": st.just(1),
    }
    row = st.builds(dict.__or__, st.fixed_dictionaries(required), st.fixed_dictionaries({}, optional=VALUES))
    return st.lists(row, max_size=6, unique_by=lambda row: row["invoiceNumber"])


@pytest.mark.parametrize("resource", ["invoices", "customers"])
@many_examples
@given(data=st.data())
def test_any_array_is_taken_or_refused_with_every_row_counted(upload, resource, data):
    rows = data.draw(any_rows(resource))
    with rolled_back():
        response = upload(json.dumps(rows), resource)
    told = response.json()
    assert response.status_code in (200, 400)
    assert told["received"] == len(rows)
    assert told["received"] == told["created"] + told["updated"] + told["unchanged"] + told["rejected"]


@many_examples
@given(body=st.binary(max_size=60) | st.text('[]{}",:01.e-\\ua nulltrefs', max_size=40))
def test_any_body_is_answered_without_a_failure(upload, body):
    with rolled_back():
        assert upload(body).status_code in (200, 400)


@many_examples
@given(amount=st.from_regex(r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,20})?", fullmatch=True))
def test_any_number_is_taken_exactly_or_refused_as_an_amount(upload, client, amount):
    with rolled_back():
        response = upload(f'[{{"customerNumber": "1", "invoiceNumber": "1", "invoiceAmount": {amount}}}]')
        invoices = json.loads(client.get("/jsonApi/invoices").content, parse_float=str)["results"]
    assert response.status_code in (200, 400)
    assert [row["invoiceAmount"] for row in invoices] == ([exact(amount)] if response.status_code == 200 else [])


def exact(amount):
    """Return a JSON number that means a whole one, by digits alone."""
    digits, _, exponent = amount.lower().partition("e")
    whole, _, fraction = digits.partition(".")
    if not (whole + fraction).strip("-0"):
        return 0
    shift = int(exponent or 0) - len(fraction)
    assert shift >= 0 or not (whole + fraction)[shift:].strip("0")
    return int(whole + fraction) * 10**shift if shift >= 0 else int((whole + fraction)[:shift])


@some_examples
@given(rows=good_invoices())
def test_an_array_sent_again_changes_nothing(receipt, rows):
    with rolled_back():
        first, again = receipt(rows), receipt(rows)
    assert first["created"] == len(rows)
    assert again["unchanged"] == len(rows)


@some_examples
@given(rows=good_invoices(), data=st.data())
def test_what_is_stored_does_not_depend_on_how_rows_are_cut_into_uploads(receipt, client, rows, data):
    cut = data.draw(st.integers(0, len(rows)))
    with rolled_back():
        receipt(rows[:cut]), receipt(rows[cut:])
        apart = fed(client)
    with rolled_back():
        receipt(rows)
        assert fed(client) == apart


@few_examples
@given(arrays=st.lists(rows_of_any_shape(), min_size=2, max_size=3))
def test_rows_of_any_shape_leave_together_what_they_leave_one_by_one(receipt, client, arrays):
    with rolled_back():
        for array in arrays:
            receipt(array)
        together = fed(client), histories(client)
    with rolled_back():
        for row in chain(*arrays):
            receipt([row])
        assert (fed(client), histories(client)) == together


@few_examples
@given(versions=st.lists(st.fixed_dictionaries({}, optional=VALUES | {"billAddr": storable, "size": storable})))
def test_a_history_leads_back_through_every_state_of_its_row(receipt, client, versions):
    states = []
    with rolled_back():
        for version in versions:
            told = receipt([{"customerNumber": "12", "invoiceNumber": "1", "invoiceAmount": 1} | version])
            states += [] if told["unchanged"] else fed(client)
        entries = [entry for entries in histories(client) for entry in entries]
    backwards = [sent(state) for state in reversed(states)]
    assert [undone(state, entry) for state, entry in zip(backwards[:-1], entries, strict=True)] == backwards[1:]


def undone(state, entry):
    """Return what a row was before a change that left it in `state`."""
    assert {name: state[name] for name, _, _ in entry} == {name: after for name, _, after in entry}
    return state | {name: before for name, before, _ in entry}


def sent(state):
    """Return a state without what the service derives from it."""
    return {name: value for name, value in state.items() if name != "openAmount"}


def histories(client):
    """Return what changed in each stored invoice, newest first."""
    rows = client.get("/jsonApi/invoices").json()["results"]
    found = [client.get(f"/jsonApi/invoices/{row['id']}/history").json()["results"] for row in rows]
    return [
        [[(change["field"], change["before"], change["after"]) for change in entry["changes"]] for entry in entries]
        for entries in found
    ]


def fed(client):
    """Return the stored invoices without what the service adds."""
    invoices = client.get("/jsonApi/invoices").json()["results"]
    return [{name: row[name] for name in [*INVOICE, "extra", "openAmount"]} for row in invoices]
