"""How items moved between two moments, one after another."""

import pytest

from tests.factories import invoice_row
from tests.receivables.movements import amounts, shortly, since
from tests.uploads.loads import full_load, ledger, ledger_of

pytestmark = pytest.mark.django_db

OPEN = {"invoiceNumber": "1", "companyCode": "1000", "currency": "EUR", "invoiceAmount": 100, "balanceAmount": "100"}


@pytest.fixture
def send(receipt):
    """Upload one item, with these values beside those of OPEN."""
    return lambda **values: receipt([invoice_row(**OPEN | values)])


@pytest.fixture
def kinds(client, send):
    """Return how an item moved from its first values to its last."""

    def moved(*sent):
        first = send(invoiceNumber="other")
        if sent[0] is not None:
            first = send(**sent[0])
        for values in sent[1:]:
            send(**values)
        return [(kind, currency, difference) for kind, _, currency, difference in shortly(since(client, first))]

    return moved


OF_BALANCES = {
    "reduced": ("100", "40", "reduced", "-60"),
    "raised": ("40", "100", "raised", "60"),
    "settled": ("100", "0", "settled", "-100"),
    "reopened": ("0", "70", "reopened", "70"),
    "credit reduced": ("-100", "-40", "reduced", "60"),
    "credit raised": ("-40", "-100", "raised", "-60"),
    "credit settled": ("-40", "0", "settled", "40"),
    "sign changed": ("-40", "60", "other", "100"),
    "no amount any more": ("100", "see letter", "other", "-100"),
    "an amount at last": ("see letter", "100", "other", "100"),
    "settled without an amount": ("see letter", "0", "settled", "0"),
    "reopened without an amount": ("0", "see letter", "reopened", "0"),
}


@pytest.mark.parametrize(("before", "after", "kind", "difference"), OF_BALANCES.values(), ids=OF_BALANCES)
def test_a_balance_that_changed_moves_the_difference(kinds, before, after, kind, difference):
    assert kinds({"balanceAmount": before}, {"balanceAmount": after}) == [(kind, "EUR", difference)]


@pytest.mark.parametrize(
    "between", [["40", "100"], ["0", "100"], ["see letter", "100"]], ids=["paid and back", "settled", "no amount"]
)
def test_what_is_as_it_was_did_not_move(kinds, between):
    assert kinds({}, *({"balanceAmount": balance} for balance in between)) == []


def test_another_text_that_is_no_amount_moves_nothing(kinds):
    assert kinds({"balanceAmount": "see letter"}, {"balanceAmount": "see mail"}) == []


def test_an_item_that_came_is_new(kinds):
    assert kinds(None, {}) == [("new", "EUR", "100")]


def test_an_item_that_came_and_was_paid_in_part_is_new_with_the_rest(kinds):
    assert kinds(None, {}, {"balanceAmount": "30"}) == [("new", "EUR", "30")]


def test_an_item_that_came_without_an_amount_is_new(kinds):
    assert kinds(None, {"balanceAmount": "see letter"}) == [("new", "EUR", "0")]


def test_an_item_that_came_and_was_settled_moved_nothing(kinds):
    assert kinds(None, {}, {"balanceAmount": "0"}) == []


def test_another_currency_moves_both_totals(kinds):
    assert kinds({}, {"currency": "USD"}) == [("currency", "EUR", "-100"), ("currency", "USD", "100")]


def test_no_currency_is_a_currency_too(kinds):
    assert kinds({"currency": ""}, {"currency": "USD"}) == [("currency", "", "-100"), ("currency", "USD", "100")]


def test_a_settled_item_of_another_currency_is_settled_in_the_old_one(kinds):
    assert kinds({}, {"currency": "USD", "balanceAmount": "0"}) == [("settled", "EUR", "-100")]


def test_an_item_reopened_in_another_currency_is_reopened_in_the_new_one(kinds):
    assert kinds({"balanceAmount": "0"}, {"currency": "USD"}) == [("reopened", "USD", "100")]


def test_the_currency_of_a_settled_item_moves_nothing(kinds):
    assert kinds({"balanceAmount": "0"}, {"currency": "USD", "balanceAmount": "0"}) == []


def test_a_column_that_is_no_money_moves_nothing(kinds):
    assert kinds({}, {"dueDate": "2026-01-31", "customerName": "Alpha"}) == []


def test_what_a_full_load_lacked_is_closed(client, upload):
    first = full_load(upload, ledger_of(100))
    full_load(upload, ledger_of(99))
    found = since(client, first)
    assert shortly(found) == [("closed", "100", "USD", "-100")]
    assert found["results"][0]["after"] == {"currency": "USD", "openAmount": "0"}


def test_a_closed_item_that_comes_again_is_reopened(client, upload):
    full_load(upload, ledger_of(100))
    closing = full_load(upload, ledger_of(99))
    full_load(upload, ledger_of(100))
    assert shortly(since(client, closing)) == [("reopened", "100", "USD", "100")]


def test_a_closed_item_counts_as_closed_although_it_came_again_later(client, upload):
    first = full_load(upload, ledger_of(100))
    closing = full_load(upload, ledger_of(99))
    full_load(upload, ledger_of(100))
    full_load(upload, ledger_of(99, balanceAmount="50"))
    assert shortly(since(client, first, until=f"load:{closing['id']}")) == [("closed", "100", "USD", "-100")]


def test_a_settled_item_counts_as_settled_although_a_load_closed_it_later(client, upload):
    first = full_load(upload, ledger_of(100))
    settled = upload(ledger(100, balanceAmount="0")).json()
    upload(ledger(100, balanceAmount="80"))
    full_load(upload, ledger_of(99))
    assert shortly(since(client, first, until=f"load:{settled['id']}")) == [("settled", "100", "USD", "-100")]


def taken_back(client, sent):
    """Take an upload back, and return the receipt of that."""
    answer = client.post(f"/jsonApi/uploads/{sent['id']}/undo?confirm=true")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_an_item_whose_upload_is_taken_back_is_withdrawn_and_its_changes_go_back(client, receipt):
    receipt(ledger(1))
    second = receipt(ledger(1, balanceAmount="30") + ledger(2))
    undo = taken_back(client, second)
    assert shortly(since(client, second)) == [("raised", "1", "USD", "70"), ("withdrawn", "2", "USD", "-100")]
    taken_back(client, undo)
    assert shortly(since(client, undo)) == [("reduced", "1", "USD", "-70"), ("reopened", "2", "USD", "100")]
    assert since(client, second)["results"] == []


def test_an_item_that_came_and_was_withdrawn_moved_nothing(client, receipt):
    first = receipt(ledger(1))
    taken_back(client, receipt(ledger(2)))
    assert since(client, first)["results"] == []


DOCUMENT = {"accountingDocNumber": "1800000001", "fiscalYear": "2026", "lineItem": "1"}
OTHER_CUSTOMER = {"customerNumber": "99"}


def moved_from(found):
    return {row["id"]: row["movedFrom"] and row["movedFrom"]["id"] for row in found["results"]}


@pytest.mark.parametrize("other", [OTHER_CUSTOMER, {"companyCode": "2000"}], ids=["customer", "company code"])
def test_a_rekeyed_item_is_moved_and_names_what_it_was(client, send, other):
    first = send(**DOCUMENT)
    send(**DOCUMENT, balanceAmount="0")
    send(**DOCUMENT, **other)
    found = since(client, first)
    assert shortly(found) == [("moved", "1", "EUR", "-100"), ("moved", "1", "EUR", "100")]
    old, new = (row["id"] for row in found["results"])
    assert moved_from(found) == {old: None, new: old}


def test_an_item_closed_by_a_load_is_moved_too(client, upload):
    first = full_load(upload, [*ledger_of(99), *ledger(100, **DOCUMENT)])
    full_load(upload, [*ledger_of(99), *ledger(100, **DOCUMENT | OTHER_CUSTOMER)])
    assert [row[0] for row in shortly(since(client, first))] == ["moved", "moved"]


def test_a_document_number_that_two_company_codes_have_moves_within_each(client, receipt):
    both = [invoice_row(**OPEN | DOCUMENT | {"companyCode": code}) for code in ("1000", "2000")]
    first = receipt(both)
    receipt([row | {"balanceAmount": "0"} for row in both] + [row | OTHER_CUSTOMER for row in both])
    found = since(client, first)
    assert {row["kind"] for row in found["results"]} == {"moved"}
    codes = {row["id"]: row["companyCode"] for row in found["results"]}
    assert all(codes[new] == codes[old] for new, old in moved_from(found).items() if old)


NOT_MOVED = {
    "no document": ({"accountingDocNumber": ""}, {"accountingDocNumber": ""} | OTHER_CUSTOMER),
    "another year": ({}, {"fiscalYear": "2027"} | OTHER_CUSTOMER),
    "another line": ({}, {"lineItem": "2"} | OTHER_CUSTOMER),
    "another invoice of the same customer": ({}, {"invoiceNumber": "2"}),
}


@pytest.mark.parametrize(("old", "new"), NOT_MOVED.values(), ids=NOT_MOVED)
def test_what_is_another_item_is_not_moved(client, send, old, new):
    first = send(**DOCUMENT | old)
    send(**DOCUMENT | old, balanceAmount="0")
    send(**DOCUMENT | new)
    assert {row[0] for row in shortly(since(client, first))} == {"settled", "new"}


def test_of_two_items_that_one_may_have_been_none_is_moved(client, receipt):
    old = [invoice_row(**OPEN | DOCUMENT | {"customerNumber": number}) for number in ("1", "2")]
    first = receipt(old)
    receipt([row | {"balanceAmount": "0"} for row in old] + [old[0] | {"customerNumber": "3"}])
    found = since(client, first)
    assert sorted(row[0] for row in shortly(found)) == ["new", "settled", "settled"]
    assert amounts(found) == {("1000", "EUR"): -100}
