"""Who may take back: a key its own newest upload within limits; with the scope confirm, anything."""

from datetime import timedelta

import pytest

from apiauth.models import ApiKey
from receivables.uploads.models import Upload
from tests.conftest import client_of
from tests.earlier import make_earlier
from tests.factories import customer_row
from tests.uploads.loads import begin, full_load, ledger, ledger_of, send_part, status_and_code
from tests.uploads.undoing.rows import counts, taken_back


@pytest.fixture
def other(account):
    return client_of(account)


def sent(client, rows, resource="invoices"):
    response = client.post(f"/jsonApi/upload/{resource}", rows, format="json")
    assert response.status_code == 200, response.content
    return response.json()


def test_key_takes_back_its_own_newest_upload(client, other):
    sent(client, ledger(1))
    own = sent(client, ledger(1, currency="EUR"))
    sent(other, ledger(2))
    sent(client, [customer_row()], "customers")
    assert counts(taken_back(client, own["url"])) == {"reverted": 1}


def test_key_takes_back_its_own_undo_and_asks_again(client):
    own = sent(client, ledger(1))
    undo = taken_back(client, own["url"])
    assert taken_back(client, own["url"]) == undo
    assert counts(taken_back(client, undo["url"])) == {"reverted": 1}


def test_key_takes_back_its_own_newest_load(client):
    sent(client, ledger_of(10))
    url = begin(client)
    for number in (1, 2):
        send_part(client, url, ledger(number, invoiceAmount=7), number)
    client.delete(url)
    assert counts(taken_back(client, url)) == {"reverted": 2}


def test_pair_takes_back_what_the_one_that_it_replaces_sent(account, client):
    own = sent(client, ledger(1))
    old = account.api_keys.get()
    new, pair = ApiKey.objects.issue(account, scopes=["upload"])
    ApiKey.objects.filter(pk=new.pk).update(replaces=old)
    successor = type(client)(headers={"api_key": pair.key, "api_secret": pair.secret})
    assert counts(taken_back(successor, own["url"])) == {"withdrawn": 1}


@pytest.mark.parametrize("case", ["older", "another's", "a day old", "another's undo"])
def test_anything_else_needs_the_scope_confirm(case, client, other, confirmer):
    upload = sent(other if case == "another's" else client, ledger(1))
    if case == "older":
        sent(client, ledger(2))
    if case == "a day old":
        make_earlier(Upload.objects, timedelta(hours=25), "merged_at")
    if case == "another's undo":
        upload = taken_back(confirmer, upload["url"])
    for query in ("", "?confirm=true"):
        assert client.post(f"{upload['url']}/undo{query}").status_code == 403
    assert confirmer.post(f"{upload['url']}/undo").status_code == 200


def test_upload_that_was_taken_back_makes_the_one_before_no_newest(client):
    first = sent(client, ledger(1))
    taken_back(client, sent(client, ledger(2))["url"])
    assert client.post(f"{first['url']}/undo").status_code == 403


@pytest.mark.parametrize(("scopes", "status"), [(["read"], 403), (["confirm"], 200), (["upload"], 403), ([], 403)])
def test_scopes_of_the_key_decide(scopes, status, account, client):
    own = sent(client, ledger(1))
    assert client_of(account, scopes=scopes).post(f"{own['url']}/undo").status_code == status


ITEMS, SHARES = {"closing_max_items": 5}, {"closing_max_items_by_amount": 3}


@pytest.mark.parametrize(
    ("limits", "rows", "code"),
    [
        ({}, ledger_of(30, invoiceAmount=100.01), None),
        (ITEMS, ledger_of(6, invoiceAmount=101), None),
        (ITEMS, ledger_of(13, invoiceAmount=101), "too_many_items"),
        (ITEMS, ledger(*range(1, 7), currency="EUR"), "too_many_items"),
        (SHARES, ledger(1, 2, 3, 4, invoiceAmount=900), "too_much_money"),
        (SHARES, ledger(1, 2, 3, invoiceAmount=900), None),
        (SHARES, ledger(1, 2, 3, 4, invoiceAmount=-900), "too_much_money"),
        ({"closing_max_amount": 799}, ledger(1, invoiceAmount=900), "over_amount_limit"),
        ({"closing_max_amount": 800}, ledger(1, invoiceAmount=900), None),
        ({"closing_max_amount": 99}, ledger(1, currency="EUR"), "over_amount_limit"),
        ({"closing_max_amount": 99}, ledger(1, itemText="Text alone"), None),
    ],
)
def test_limits_of_closing_hold_over_the_whole_account(limits, rows, code, account, client, confirmer):
    account.amount_decimal_places = 2
    for name, limit in limits.items():
        setattr(account, name, limit)
    account.save()
    sent(client, ledger_of(30))
    sent(client, ledger(*range(31, 61), companyCode="2000"))
    own = sent(client, rows)
    answers = [client.post(f"{own['url']}/undo{query}") for query in ("", "?confirm=true")]
    if code:
        assert [status_and_code(answer) for answer in answers] == [(409, code)] * 2
        assert confirmer.post(f"{own['url']}/undo").status_code == 200
    else:
        assert [answer.status_code for answer in answers] == [200, 200]


def test_limits_of_customers_are_of_their_number(account, client):
    account.closing_max_items = 5
    account.save()
    sent(client, [customer_row(customerno=str(number)) for number in range(10)], "customers")
    own = sent(client, [customer_row(customerno=str(number), companyname="New") for number in range(6)], "customers")
    assert status_and_code(client.post(f"{own['url']}/undo")) == (409, "too_many_items")


def test_limit_holds_for_what_would_move_alone(client, account):
    account.closing_max_items = 5
    account.save()
    sent(client, ledger_of(10))
    own = sent(client, ledger_of(6, currency="EUR"))
    full_load(client_upload(client_of(account)), ledger_of(5, currency="EUR"))
    assert counts(taken_back(client, own["url"], "")) == {"reverted": 1, "kept": 5}


def client_upload(client):
    """Return what uploads rows as the fixture does, by another key."""
    return lambda rows, query="": client.post(f"/jsonApi/upload/invoices{query}", rows, format="json")
