"""Which rows are the same item: across uploads they update it, within one array they must not contradict."""

import pytest

from customers.models import Customer
from receivables.models import Invoice
from tests.factories import customer_row, invoice_row
from tests.uploads.wire_texts import invoice_text

INVOICE_IDENTITY = ["companyCode", "customerNumber", "invoiceNumber", "accountingDocNumber", "fiscalYear", "lineItem"]
CUSTOMER_IDENTITY = ["cocode", "customerno"]
WHOLE_INVOICE_IDENTITY = dict.fromkeys(INVOICE_IDENTITY, "1")
WHOLE_CUSTOMER_IDENTITY = dict.fromkeys(CUSTOMER_IDENTITY, "1")

INVOICE_REST = {
    "invoiceAmount": 1,
    "dueDate": "2026-01-31",
    "documentType": "RV",
    "currency": "USD",
    "reference1": "R",
    "postingKey": "01",
    "billAddr": {"city": "Bonn"},
    "somethingElse": 1,
}

SAID_IN_TWO_WAYS = [
    pytest.param({"lineItem": ""}, {}, id="an absent part and an empty one"),
    pytest.param({"lineItem": None}, {}, id="an absent part and null"),
    pytest.param({"invoiceAmount": 1}, {"invoiceAmount": "1"}, id="an amount and its text"),
    pytest.param({"dueDate": "2026-01-31"}, {"dueDate": "20260131"}, id="two spellings of a date"),
    pytest.param({"itemText": "paid"}, {"itemText": " paid "}, id="a text and one with blanks"),
    pytest.param({"itemText": None}, {"itemText": ""}, id="null and an empty text"),
    pytest.param({"billAddr": {"a": 1, "b": 2}}, {"billAddr": {"b": 2, "a": 1}}, id="an address in another order"),
    pytest.param({"colour": 1, "shape": 2}, {"shape": 2, "colour": 1}, id="unknown keys in another order"),
]


def refusals(errors):
    """Return index, code and identity of each error, having seen that each points at a whole row."""
    assert all(error["pointer"] == f"/{error['index']}" and "field" not in error for error in errors)
    return [(error["index"], error["code"], error["identity"]) for error in errors]


@pytest.mark.parametrize("part", INVOICE_IDENTITY)
def test_every_part_tells_two_invoices_apart(receipt, part):
    receipt([invoice_row(**WHOLE_INVOICE_IDENTITY)])
    assert receipt([invoice_row(**WHOLE_INVOICE_IDENTITY | {part: "2"})])["created"] == 1
    assert Invoice.objects.count() == 2


@pytest.mark.parametrize("part", CUSTOMER_IDENTITY)
def test_every_part_tells_two_customers_apart(receipt, part):
    receipt([customer_row(**WHOLE_CUSTOMER_IDENTITY)], "customers")
    assert receipt([customer_row(**WHOLE_CUSTOMER_IDENTITY | {part: "2"})], "customers")["created"] == 1
    assert Customer.objects.count() == 2


@pytest.mark.parametrize("part", INVOICE_IDENTITY)
def test_every_part_tells_two_invoices_of_one_array_apart(receipt, part):
    rows = [invoice_row(**WHOLE_INVOICE_IDENTITY), invoice_row(**WHOLE_INVOICE_IDENTITY | {part: "2"})]
    assert receipt(rows)["created"] == 2


@pytest.mark.parametrize("field", INVOICE_REST)
def test_no_other_field_tells_two_invoices_apart(receipt, field):
    receipt([invoice_row(**WHOLE_INVOICE_IDENTITY)])
    assert receipt([invoice_row(**WHOLE_INVOICE_IDENTITY, **{field: INVOICE_REST[field]})])["updated"] == 1


def test_a_customer_is_told_apart_by_no_other_field(receipt):
    receipt([customer_row(firstname="John")], "customers")
    assert receipt([customer_row(firstname="Jane", emailaddress1="jane@example.com")], "customers")["updated"] == 1


@pytest.mark.parametrize("part", ["companyCode", "accountingDocNumber", "fiscalYear", "lineItem"])
@pytest.mark.parametrize("empty", ["", "  ", None], ids=["empty", "blanks", "null"])
def test_an_absent_part_is_the_same_as_an_empty_one(receipt, part, empty):
    receipt([invoice_row()])
    assert receipt([invoice_row(**{part: empty})])["unchanged"] == 1


@pytest.mark.parametrize("empty", ["", None], ids=["empty", "null"])
def test_an_absent_company_code_of_a_customer_is_the_same_as_an_empty_one(receipt, empty):
    receipt([customer_row(cocode=empty)], "customers")
    assert receipt([customer_row()], "customers")["unchanged"] == 1


def test_identities_differ_by_case_and_by_padding(receipt):
    rows = [invoice_row(invoiceNumber=number) for number in ["a1", "A1", "1", "01"]]
    assert receipt(rows)["created"] == 4


def test_equal_rows_count_once(receipt):
    told = receipt([invoice_row(), invoice_row(), invoice_row()])
    assert (told["received"], told["created"], told["unchanged"]) == (3, 1, 2)
    assert [warning["code"] for warning in told["warnings"]] == ["duplicate_row"]


def test_equal_customers_count_once(receipt):
    told = receipt([customer_row(), customer_row()], "customers")
    assert (told["received"], told["created"], told["unchanged"]) == (2, 1, 1)


def test_equal_rows_that_change_what_is_stored_update_it_once(receipt):
    receipt([invoice_row()])
    told = receipt([invoice_row(status="open"), invoice_row(status="open")])
    assert (told["received"], told["updated"], told["unchanged"]) == (2, 1, 1)


@pytest.mark.parametrize(("one", "other"), SAID_IN_TWO_WAYS)
def test_rows_that_say_the_same_in_two_ways_are_equal(receipt, one, other):
    told = receipt([invoice_row(**one), invoice_row(**other)])
    assert (told["created"], told["unchanged"]) == (1, 1)


def test_differing_rows_of_one_identity_are_both_refused_each_naming_the_other(errors):
    refused = errors([invoice_row(), invoice_row(invoiceNumber="2"), invoice_row(invoiceAmount=1)])
    identity = {"customerNumber": "23123123", "invoiceNumber": "21321"}
    assert refusals(refused) == [(0, "conflicting_duplicate", identity), (2, "conflicting_duplicate", identity)]
    assert "row 3 (index 2)" in refused[0]["message"]
    assert "row 1 (index 0)" in refused[1]["message"]


def test_a_row_that_leaves_a_key_out_differs_from_one_that_sends_it(errors):
    refused = errors([invoice_row(), invoice_row(status="open")])
    assert [error["code"] for error in refused] == ["conflicting_duplicate", "conflicting_duplicate"]


@pytest.mark.parametrize(("one", "other"), [("1", "true"), ("0", "false"), ('"1"', "1"), ("[]", "{}"), ("0", "null")])
def test_addresses_of_another_type_differ(errors, one, other):
    refused = errors(f"[{invoice_text(billAddr=one)}, {invoice_text(billAddr=other)}]")
    assert [error["code"] for error in refused] == ["conflicting_duplicate", "conflicting_duplicate"]


def test_differing_customers_of_one_identity_are_both_refused(errors):
    refused = errors([customer_row(), customer_row(firstname="Jane")], "customers")
    identity = {"customerno": "231231201"}
    assert refusals(refused) == [(0, "conflicting_duplicate", identity), (1, "conflicting_duplicate", identity)]


@pytest.mark.parametrize(
    ("amounts", "named"),
    [
        pytest.param([1, 2, 3], [2, 1, 1], id="three that differ"),
        pytest.param([1, 1, 2], [3, 3, 1], id="the last differs"),
        pytest.param([1, 2, 1], [2, 1, 2], id="the middle differs"),
        pytest.param([1, 2, 2], [2, 1, 1], id="the first differs"),
    ],
)
def test_of_three_rows_of_one_identity_each_names_one_that_differs_from_it(errors, amounts, named):
    refused = errors([invoice_row(invoiceAmount=amount) for amount in amounts])
    assert [error["index"] for error in refused] == [0, 1, 2]
    assert all(f"identity of row {row} " in error["message"] for error, row in zip(refused, named, strict=True))


def test_a_contradiction_stores_neither_row(errors):
    errors([invoice_row(), invoice_row(invoiceAmount=1)])
    assert not Invoice.objects.exists()


def test_the_same_identity_in_two_accounts_is_two_items(receipt, other_account):
    other_account.invoices.create(customer_number="23123123", invoice_number="21321", invoice_amount=1)
    assert receipt([invoice_row()])["created"] == 1
