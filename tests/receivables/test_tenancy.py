"""No account reads, changes or learns of another's rows: every address, every method."""

import re
from uuid import UUID

import pytest
from django.apps import apps

from apiauth.models import Scope
from customers.models import Customer
from receivables.models import Invoice
from receivables.uploads.models import FullLoad, Upload
from tests.config.routes import api_routes
from tests.conftest import client_of
from tests.factories import AccountFactory, customer_row, invoice_row
from tests.uploads.loads import begin

METHODS = ["get", "post", "put", "patch", "delete", "head", "options"]

# Every address of the API: the model whose id it names, or None. A new address belongs here before it ships.
MATRIX = {
    "jsonApi/customers": None,
    "jsonApi/customers/<int:pk>": Customer,
    "jsonApi/customers/<int:pk>/history": Customer,
    "jsonApi/customers/<int:pk>/invoices": Customer,
    "jsonApi/customers/<int:pk>/statement": Customer,
    "jsonApi/docs": None,
    "jsonApi/invoices": None,
    "jsonApi/invoices/<int:pk>": Invoice,
    "jsonApi/invoices/<int:pk>/history": Invoice,
    "jsonApi/reports/aging": None,
    "jsonApi/reports/movements": None,
    "jsonApi/schema": None,
    "jsonApi/snapshots": None,
    "jsonApi/snapshots/<uuid:pk>": FullLoad,
    "jsonApi/snapshots/<uuid:pk>/commit": FullLoad,
    "jsonApi/snapshots/<uuid:pk>/confirm": FullLoad,
    "jsonApi/snapshots/<uuid:pk>/missing": FullLoad,
    "jsonApi/snapshots/<uuid:pk>/undo": FullLoad,
    "jsonApi/upload/customers": None,
    "jsonApi/upload/invoices": None,
    "jsonApi/uploads": None,
    "jsonApi/uploads/<uuid:pk>": Upload,
    "jsonApi/uploads/<uuid:pk>/changes": Upload,
    "jsonApi/uploads/<uuid:pk>/errors": Upload,
    "jsonApi/uploads/<uuid:pk>/kept": Upload,
    "jsonApi/uploads/<uuid:pk>/rejected": Upload,
    "jsonApi/uploads/<uuid:pk>/undo": Upload,
    "jsonApi/whoami": None,
}
LISTS = ["jsonApi/customers", "jsonApi/invoices", "jsonApi/snapshots", "jsonApi/uploads"]
WITH_AN_ID = [route for route, model in MATRIX.items() if model]
POSTED_TO = [route for route in MATRIX if route.endswith(("/commit", "/confirm", "/undo"))]
# What a stranger finds nothing by; every other method is none of the address.
METHODS_OF = {"jsonApi/snapshots/<uuid:pk>": ["get", "head", "delete"], **{key: ["post"] for key in POSTED_TO}}
NOBODYS = {Customer: 2**40, Invoice: 2**40, FullLoad: UUID(int=0), Upload: UUID(int=0)}


def account_with_rows(name):
    """Return an account whose rows have the same identities as any other's, and say whose they are."""
    account = AccountFactory(name=name)
    send_rows(account)
    for code in ("1000", "2000"):
        begin(client_of(account), code)
    return account


def send_rows(account, **values):
    sender = client_of(account)
    invoice = invoice_row(customerName=account.name, balanceAmount="100", extraOfThis=account.name) | values
    assert sender.post("/jsonApi/upload/invoices", [invoice]).status_code == 200
    assert sender.post("/jsonApi/upload/customers", [customer_row(companyname=account.name)]).status_code == 200


@pytest.fixture
def owner(db):
    return account_with_rows("Owner Ltd")


@pytest.fixture
def stranger(owner):
    return account_with_rows("Stranger Ltd")


def rows_of(account):
    """Return every stored row of an account, whatever its model."""
    owned = [model for model in apps.get_models() if "account" in {field.name for field in model._meta.fields}]
    return {model._meta.label: list(model.objects.filter(account=account).order_by("pk").values()) for model in owned}


def own_id(model, account):
    return model.objects.filter(account=account).first().pk


def path_of(route, pk):
    return "/" + re.sub("<.*>", str(pk), route)


def ask(account, path, *methods):
    """Return the answers to each method in turn, to GET alone unless told otherwise."""
    client = client_of(account, scopes=list(Scope))
    return [client.generic(name.upper(), path, b"[]", content_type="application/json") for name in methods or ["get"]]


def test_every_address_of_the_api_stands_in_the_matrix():
    assert api_routes() == list(MATRIX)


@pytest.mark.parametrize("route", MATRIX)
def test_no_method_lets_a_stranger_see_or_change_the_owners_rows(route, owner, stranger):
    model, before = MATRIX[route], rows_of(owner)
    answers = ask(stranger, path_of(route, model and own_id(model, owner)), *METHODS)
    assert [method for method, answer in zip(METHODS, answers, strict=True) if b"Owner Ltd" in answer.content] == []
    assert rows_of(owner) == before


@pytest.mark.parametrize("route", WITH_AN_ID)
def test_an_owners_id_is_not_found_by_a_stranger(route, owner, stranger):
    answers = ask(stranger, path_of(route, own_id(MATRIX[route], owner)), *METHODS)
    statuses = dict(zip(METHODS, [answer.status_code for answer in answers], strict=True))
    not_found = dict.fromkeys(METHODS_OF.get(route, ["get", "head"]), 404)
    assert statuses == dict.fromkeys(METHODS, 405) | not_found | {"options": 200}


@pytest.mark.parametrize("route", WITH_AN_ID)
def test_an_owners_id_answers_a_stranger_like_an_id_of_nobody(route, owner, stranger):
    owners = ask(stranger, path_of(route, own_id(MATRIX[route], owner)), *METHODS)
    nobodys = ask(stranger, path_of(route, NOBODYS[MATRIX[route]]), *METHODS)
    assert [answer.content for answer in owners] == [answer.content for answer in nobodys]


@pytest.mark.parametrize("route", [route for route in WITH_AN_ID if route not in POSTED_TO])
def test_an_owners_id_answers_the_owner(route, owner, stranger):
    [answer] = ask(owner, path_of(route, own_id(MATRIX[route], owner)))
    assert answer.status_code == 200


@pytest.mark.parametrize("route", LISTS)
def test_a_list_holds_the_rows_of_the_account_that_asks(route, owner, stranger):
    listed = {account: ask(account, f"/{route}")[0].json()["results"] for account in (owner, stranger)}
    assert len(listed[owner]) == len(listed[stranger]) > 0
    assert not {row["id"] for row in listed[owner]} & {row["id"] for row in listed[stranger]}


@pytest.mark.parametrize("route", LISTS)
def test_a_cursor_of_the_owners_gives_a_stranger_no_row_of_theirs(route, owner, stranger):
    send_rows(owner, invoiceNumber="second")
    client_of(owner).post("/jsonApi/upload/customers", [customer_row(customerno="second")])
    owners_next = ask(owner, f"/{route}?pageSize=1")[0].json()["next"]
    assert b"Owner Ltd" not in ask(stranger, owners_next)[0].content


FILTERS = [
    "invoices?customerNumber=23123123",
    "invoices?invoiceNumber=21321",
    "customers?customerno=231231201",
]


@pytest.mark.parametrize("query", FILTERS)
def test_a_filter_that_matches_rows_of_two_accounts_gives_the_askers_alone(query, owner, stranger):
    assert len(ask(owner, f"/jsonApi/{query}")[0].json()["results"]) == 1


def test_a_customers_invoices_are_those_of_its_own_account(owner, stranger):
    for account in (owner, stranger):
        client_of(account).post("/jsonApi/upload/customers", [customer_row(customerno="23123123")])
    customer = Customer.objects.get(account=owner, customer_number="23123123")
    found = ask(owner, f"/jsonApi/customers/{customer.pk}/invoices")[0].json()["results"]
    assert [row["customerName"] for row in found] == ["Owner Ltd"]


def test_a_statement_is_of_its_own_accounts_items(owner, stranger):
    for account in (owner, stranger):
        client_of(account).post("/jsonApi/upload/customers", [customer_row(customerno="23123123")])
    send_rows(owner, balanceAmount="40")
    customer = Customer.objects.get(account=owner, customer_number="23123123")
    told = ask(owner, f"/jsonApi/customers/{customer.pk}/statement")[0].json()
    assert (told["account"], told["currencies"][0]["closing"]["amount"]) == ("Owner Ltd", "40")


def test_an_aging_report_sums_what_is_owed_to_its_own_account(owner, stranger):
    send_rows(owner, balanceAmount="40")
    found = {account: ask(account, "/jsonApi/reports/aging")[0].json()["results"] for account in (owner, stranger)}
    assert [(row["customerName"], row["total"]) for row in found[owner]] == [("Owner Ltd", "40")]
    assert [(row["customerName"], row["total"]) for row in found[stranger]] == [("Stranger Ltd", "100")]


def test_a_cursor_of_the_owners_report_gives_a_stranger_their_own_rows_alone(owner, stranger):
    send_rows(owner, customerNumber="99999999")
    owners_next = ask(owner, "/jsonApi/reports/aging?pageSize=1")[0].json()["next"]
    assert ask(stranger, owners_next)[0].json()["results"] == []


@pytest.mark.parametrize("values", [{}, {"invoiceAmount": 999}, {"balanceAmount": None}], ids=str)
def test_a_strangers_upload_of_the_same_identities_leaves_the_owners_rows(values, owner, stranger):
    before = rows_of(owner)
    send_rows(stranger, **values)
    assert rows_of(owner) == before


def test_a_receipts_sums_count_the_rows_of_its_own_account(owner, stranger):
    row = invoice_row(balanceAmount="40")
    [total] = client_of(stranger).post("/jsonApi/upload/invoices", [row]).json()["totals"]
    assert (total["openBefore"], total["openAfter"]) == ("100", "40")


def test_a_pair_of_the_owner_is_told_of_the_owner_alone(owner, stranger):
    assert ask(owner, "/jsonApi/whoami")[0].json()["account"]["name"] == "Owner Ltd"
