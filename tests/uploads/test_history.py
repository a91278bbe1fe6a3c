"""What an upload changed in a row can be read from the row's history: exactly that, before and after."""

import json

import pytest
from django.utils.dateparse import parse_datetime

from tests.conftest import client_of
from tests.factories import customer_row, invoice_row
from tests.uploads.wire_texts import invoice_text

CHANGES = [
    pytest.param({"status": "open"}, {"status": "paid"}, [("status", "open", "paid")], id="a text"),
    pytest.param({"status": "open"}, {"status": None}, [("status", "open", "")], id="a cleared text"),
    pytest.param({}, {"status": "open"}, [("status", "", "open")], id="a text that was empty"),
    pytest.param({}, {"invoiceAmount": 1}, [("invoiceAmount", 12112, 1)], id="an amount"),
    pytest.param({"localAmount": 5}, {"localAmount": None}, [("localAmount", 5, None)], id="a cleared amount"),
    pytest.param({}, {"localAmount": 0}, [("localAmount", None, 0)], id="an amount that was empty"),
    pytest.param({"balanceAmount": "7-"}, {"balanceAmount": "6"}, [("balanceAmount", "7-", "6")], id="a balance"),
    pytest.param({"balanceAmount": "7"}, {"balanceAmount": "7.0"}, [("balanceAmount", "7", "7.0")], id="its spelling"),
    pytest.param({}, {"dueDate": "20260131"}, [("dueDate", None, "2026-01-31")], id="a date"),
    pytest.param({"dueDate": "2026-01-31"}, {"dueDate": ""}, [("dueDate", "2026-01-31", None)], id="a cleared date"),
    pytest.param({"billAddr": "Bonn"}, {"billAddr": [1]}, [("billAddr", "Bonn", [1])], id="JSON"),
    pytest.param({"billAddr": {"a": 1}}, {"billAddr": None}, [("billAddr", {"a": 1}, None)], id="cleared JSON"),
    pytest.param({}, {"colour": 1}, [("extra", {}, {"colour": 1})], id="an unknown key"),
    pytest.param({"a": 1}, {"b": None}, [("extra", {"a": 1}, {"a": 1, "b": None})], id="a second unknown key"),
    pytest.param(
        {"status": "open", "dueDate": "2026-01-31"},
        {"status": "paid", "dueDate": "2026-02-28"},
        [("dueDate", "2026-01-31", "2026-02-28"), ("status", "open", "paid")],
        id="two fields, in the order of the row",
    ),
]

NO_CHANGES = [
    pytest.param({"status": "open"}, {}, id="an absent key"),
    pytest.param({"status": "open"}, {"status": " open "}, id="blanks around a text"),
    pytest.param({"dueDate": "2026-01-31"}, {"dueDate": "20260131"}, id="another spelling of a date"),
    pytest.param({"billAddr": {"a": 1, "b": 2}}, {"billAddr": {"b": 2, "a": 1}}, id="keys in another order"),
    pytest.param({"status": None}, {"status": ""}, id="null and empty"),
    pytest.param({"a": 1, "b": 2}, {"b": 2}, id="an unknown key said again"),
]


@pytest.fixture
def history(client):
    """Return the history of the one row that is stored, newest first."""

    def read(resource="invoices"):
        [row] = client.get(f"/jsonApi/{resource}").json()["results"]
        return client.get(f"/jsonApi/{resource}/{row['id']}/history").json()["results"]

    return read


def told(entry):
    return [(change["field"], change["before"], change["after"]) for change in entry["changes"]]


@pytest.mark.parametrize(("before", "after", "changes"), CHANGES)
def test_an_update_leaves_the_fields_it_changed(receipt, history, before, after, changes):
    receipt([invoice_row(**before)])
    receipt([invoice_row(**after)])
    assert [told(entry) for entry in history()] == [changes]


@pytest.mark.parametrize(("before", "after"), NO_CHANGES)
def test_a_row_that_changes_nothing_leaves_no_entry(receipt, history, before, after):
    receipt([invoice_row(**before)])
    receipt([invoice_row(**after)])
    assert history() == []


def test_an_entry_names_the_upload_that_made_the_change(receipt, history):
    receipt([invoice_row()])
    upload = receipt([invoice_row(status="paid")])
    [entry] = history()
    assert (entry["upload"], entry["staffUser"]) == (upload["url"], None)


def test_a_change_is_no_earlier_than_the_row(receipt, client, history):
    receipt([invoice_row()])
    receipt([invoice_row(status="paid")])
    [row] = client.get("/jsonApi/invoices").json()["results"]
    created, changed, updated = map(parse_datetime, (row["createdAt"], history()[0]["changedAt"], row["updatedAt"]))
    assert created < changed <= updated


def test_a_new_row_has_no_history(receipt, history):
    receipt([invoice_row(status="open")])
    assert history() == []


def test_a_refused_upload_leaves_no_entry(receipt, upload, history):
    receipt([invoice_row()])
    upload([invoice_row(status="paid"), invoice_row(invoiceNumber="2", dueDate="soon")])
    assert history() == []


def test_only_the_rows_that_an_upload_changed_get_an_entry(receipt, client):
    numbers = ["1", "2", "3"]
    receipt([invoice_row(invoiceNumber=number) for number in numbers])
    receipt([invoice_row(invoiceNumber=number, **{"status": "paid"} if number == "2" else {}) for number in numbers])
    rows = client.get("/jsonApi/invoices").json()["results"]
    histories = [client.get(f"/jsonApi/invoices/{row['id']}/history").json()["results"] for row in rows]
    assert [len(entries) for entries in histories] == [0, 1, 0]


def test_entries_come_newest_first(receipt, history):
    for status in ("", "open", "late", "paid"):
        receipt([invoice_row(status=status)])
    assert [told(entry) for entry in history()] == [
        [("status", "late", "paid")],
        [("status", "open", "late")],
        [("status", "", "open")],
    ]


def test_a_history_comes_in_pages(receipt, client, history):
    for amount in range(1, 7):
        receipt([invoice_row(invoiceAmount=amount)])
    [row] = client.get("/jsonApi/invoices").json()["results"]
    first = client.get(f"/jsonApi/invoices/{row['id']}/history?pageSize=3").json()
    second = client.get(first["next"]).json()
    assert first["results"] + second["results"] == history()
    assert (len(second["results"]), second["next"]) == (2, None)


def test_a_number_sent_with_other_padding_is_a_change(receipt, history):
    receipt([invoice_row(customerNumber="0000077009")])
    receipt([invoice_row(customerNumber="77009")])
    assert [told(entry) for entry in history()] == [[("customerNumber", "0000077009", "77009")]]


def test_amounts_in_a_history_are_exact(receipt, client, account):
    type(account).objects.update(amount_decimal_places=4)
    receipt(f"[{invoice_text(invoiceAmount='9007199254740993.0001')}]")
    receipt(f"[{invoice_text(invoiceAmount='-0.1')}]")
    [row] = client.get("/jsonApi/invoices").json()["results"]
    raw = client.get(f"/jsonApi/invoices/{row['id']}/history").content
    [change] = json.loads(raw, parse_float=str)["results"][0]["changes"]
    assert (change["before"], change["after"]) == ("9007199254740993.0001", "-0.1")


def test_numbers_in_an_address_of_a_history_are_as_they_were_sent(receipt, client):
    receipt(f"[{invoice_text(billAddr='[1.10, 12345678901234567890123]')}]")
    receipt(f"[{invoice_text(billAddr='[1.1000000000000000001]')}]")
    [row] = client.get("/jsonApi/invoices").json()["results"]
    raw = client.get(f"/jsonApi/invoices/{row['id']}/history").content
    [change] = json.loads(raw, parse_float=str)["results"][0]["changes"]
    assert change == {
        "field": "billAddr",
        "before": ["1.10", 12345678901234567890123],
        "after": ["1.1000000000000000001"],
    }


def test_a_customers_history_has_its_own_names(receipt, history):
    receipt([customer_row(firstname="John", customerno="0012")], "customers")
    receipt([customer_row(firstname="Jane", customerno="12", colour="red")], "customers")
    assert [told(entry) for entry in history("customers")] == [
        [("firstname", "John", "Jane"), ("customerno", "0012", "12"), ("extra", {}, {"colour": "red"})]
    ]


@pytest.mark.parametrize("resource", ["invoices", "customers"])
def test_a_history_is_read_by_its_own_account_alone(receipt, client, other_account, resource):
    receipt([invoice_row() | customer_row()], resource)
    [row] = client.get(f"/jsonApi/{resource}").json()["results"]
    assert client_of(other_account).get(f"/jsonApi/{resource}/{row['id']}/history").status_code == 404


def test_an_upload_of_another_account_leaves_no_entry(receipt, history, other_account):
    receipt([invoice_row()])
    client_of(other_account).post("/jsonApi/upload/invoices", [invoice_row()])
    client_of(other_account).post("/jsonApi/upload/invoices", [invoice_row(status="paid")])
    assert history() == []
