"""How many requests a key may send, what it is told of that, and what happens beyond."""

from datetime import timedelta

import pytest
from django.db.models import F
from rest_framework.test import APIClient

from apiauth.models import ApiKey, QuotaUse
from receivables.models import Invoice
from receivables.uploads.models import Upload
from tests.conftest import client_of
from tests.factories import invoice_row, key_headers

WHOAMI, INVOICES, AGING = "/jsonApi/whoami", "/jsonApi/invoices", "/jsonApi/reports/aging"


@pytest.fixture(autouse=True)
def _small_quotas(settings):
    settings.RATE_LIMITS = {"read": 3, "upload": 2, "report": 1}


def headers_of(response):
    return response.headers.get("RateLimit-Policy"), response.headers.get("RateLimit")


def statuses(client, count, path=WHOAMI):
    return [client.get(path).status_code for _ in range(count)]


def let_pass(seconds):
    """Do to what is counted what waiting does."""
    QuotaUse.objects.update(counted_at=F("counted_at") - timedelta(seconds=seconds))


def test_an_answer_names_its_policy_and_what_is_left_of_the_quota(client):
    assert headers_of(client.get(WHOAMI)) == ('"read";q=3;w=60', '"read";r=2;t=20')


def test_every_request_takes_one_until_none_is_left(client):
    assert [client.get(WHOAMI)["RateLimit"] for _ in range(3)] == [
        '"read";r=2;t=20',
        '"read";r=1;t=20',
        '"read";r=0;t=20',
    ]


def test_a_request_beyond_the_quota_is_429_and_says_when_to_come_again(client):
    assert statuses(client, 3) == [200, 200, 200]
    response = client.get(WHOAMI)
    assert (response.status_code, response["Retry-After"]) == (429, "20")
    assert headers_of(response) == ('"read";q=3;w=60', '"read";r=0;t=20')


def test_the_refusal_names_the_policy_and_the_remedy(client):
    statuses(client, 3)
    response = client.get(WHOAMI)
    message = (
        "This key has used up its quota of the policy 'read' (requests in 60 seconds: 3). Send the request again in "
        "20 s, and then no faster than the RateLimit header says."
    )
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "title": "Too Many Requests",
        "status": 429,
        "detail": f"{message} Nothing of this request was read or stored.",
        "errors": [{"code": "quota_exceeded", "message": message}],
    }


@pytest.mark.parametrize(("seconds", "admitted"), [(19, 0), (20, 1), (39, 1), (40, 2), (60, 3), (3600, 3)])
def test_a_used_up_quota_comes_back_evenly_and_never_beyond_itself(seconds, admitted, client):
    statuses(client, 3)
    let_pass(seconds)
    assert statuses(client, 4) == [200] * admitted + [429] * (4 - admitted)


def test_a_wait_that_is_no_whole_number_of_seconds_is_rounded_up(client):
    statuses(client, 3)
    let_pass(8.5)
    assert client.get(WHOAMI)["Retry-After"] == "12"


def test_the_time_to_the_next_request_is_never_zero(client, settings):
    settings.RATE_LIMITS["read"] = 6000
    assert headers_of(client.get(WHOAMI)) == ('"read";q=6000;w=60', '"read";r=5999;t=1')


def test_a_refused_request_does_not_put_the_next_one_off(client):
    statuses(client, 30)
    let_pass(20)
    assert statuses(client, 2) == [200, 429]


def test_a_quota_that_does_not_divide_the_minute_admits_exactly_itself(client, settings):
    settings.RATE_LIMITS["read"] = 7
    assert statuses(client, 8) == [200] * 7 + [429]


def test_what_was_used_of_a_larger_quota_counts_as_the_whole_of_a_smaller_one(client):
    client.get(WHOAMI)
    QuotaUse.objects.update(used=5000)
    assert statuses(client, 1) == [429]
    let_pass(20)
    assert statuses(client, 2) == [200, 429]


def test_a_raised_quota_is_there_at_once(client, settings):
    assert statuses(client, 4)[-1] == 429
    settings.RATE_LIMITS["read"] = 6000
    assert client.get(WHOAMI).status_code == 200


def test_a_clock_that_was_set_back_gives_nothing_and_takes_nothing(client):
    statuses(client, 2)
    let_pass(-3600)
    assert [client.get(WHOAMI)["RateLimit"] for _ in range(2)] == ['"read";r=0;t=20', '"read";r=0;t=20']


def test_another_key_of_the_account_has_a_quota_of_its_own(client, account):
    assert statuses(client, 4)[-1] == 429
    assert headers_of(client_of(account).get(WHOAMI)) == ('"read";q=3;w=60', '"read";r=2;t=20')


def test_the_policies_have_quotas_of_their_own(client, upload):
    assert statuses(client, 4)[-1] == 429
    assert headers_of(upload([invoice_row()])) == ('"upload";q=2;w=60', '"upload";r=1;t=30')
    assert headers_of(client.get(AGING)) == ('"report";q=1;w=60', '"report";r=0;t=60')


LISTS = {
    "a list": (INVOICES, "application/json", "read"),
    "a list as JSON": (f"{INVOICES}?format=json", "*/*", "read"),
    "a list as CSV": (f"{INVOICES}?format=csv", "*/*", "report"),
    "a list as lines": ("/jsonApi/customers?format=ndjson", "*/*", "report"),
    "a list whose header asks for CSV": (INVOICES, "text/csv", "report"),
    "a list whose header asks for lines": ("/jsonApi/customers", "application/x-ndjson", "report"),
    "a row": (f"{INVOICES}/1", "*/*", "read"),
    "receipts": ("/jsonApi/uploads", "text/csv", "read"),
    "a report": (AGING, "*/*", "report"),
}


@pytest.mark.parametrize(("path", "accept", "policy"), LISTS.values(), ids=LISTS)
def test_what_reads_everything_counts_as_a_report(path, accept, policy, client):
    response = client.get(path, headers={"accept": accept})
    assert response["RateLimit-Policy"].startswith(f'"{policy}";')


def test_a_file_beyond_the_quota_is_refused_as_a_problem(client):
    statuses(client, 1, f"{INVOICES}?format=csv")
    response = client.get(f"{INVOICES}?format=csv")
    assert (response.status_code, response["Content-Type"]) == (429, "application/problem+json")


REFUSALS = {
    "400, a bad parameter": ("GET", f"{INVOICES}?pageSize=0", 400, "read"),
    "400, a refused upload": ("POST", "/jsonApi/upload/invoices?expectedRows=1", 400, "upload"),
    "404": ("GET", f"{INVOICES}/1", 404, "read"),
    "405": ("DELETE", WHOAMI, 405, "read"),
    "405, where one uploads": ("GET", "/jsonApi/upload/customers", 405, "upload"),
}


@pytest.mark.parametrize(("method", "path", "status", "policy"), REFUSALS.values(), ids=REFUSALS)
def test_a_request_that_is_refused_counts_and_says_so(method, path, status, policy, client):
    response = client.generic(method, path, content_type="application/json")
    assert (response.status_code, response["RateLimit"].split(";")[:1]) == (status, [f'"{policy}"'])
    assert QuotaUse.objects.get().used == 1


def test_a_request_that_lacks_the_scope_counts_once_and_is_429_in_the_end(account):
    client = APIClient(headers=key_headers(account, scopes=[]))
    answers = [client.get(INVOICES) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [403, 403, 403, 429]
    assert headers_of(answers[0]) == ('"read";q=3;w=60', '"read";r=2;t=20')


@pytest.mark.parametrize("method", ["head", "options"])
def test_a_request_without_an_answer_of_its_own_counts_too(method, client):
    assert headers_of(getattr(client, method)(INVOICES)) == ('"read";q=3;w=60', '"read";r=2;t=20')


def test_an_answer_that_nothing_changed_says_what_is_left(client):
    tag = client.get(INVOICES)["ETag"]
    response = client.get(INVOICES, headers={"If-None-Match": tag})
    assert (response.status_code, *headers_of(response)) == (304, '"read";q=3;w=60', '"read";r=1;t=20')


def test_an_error_on_our_side_says_what_is_left(client, monkeypatch):
    monkeypatch.setattr("apiauth.api.WhoamiView.get_object", lambda view: 1 / 0)
    response = client.get(WHOAMI)
    assert (response.status_code, *headers_of(response)) == (500, '"read";q=3;w=60', '"read";r=2;t=20')


def test_a_wrong_secret_uses_up_nothing_of_the_key_it_names(account):
    row, pair = ApiKey.objects.issue(account)
    thief = APIClient(headers={"api_key": pair.key, "api_secret": "sk_wrong"})
    answers = [thief.get(WHOAMI) for _ in range(4)]
    assert [(answer.status_code, *headers_of(answer)) for answer in answers] == [(401, None, None)] * 4
    assert not row.quota_uses.exists()


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/jsonApi/schema", "/jsonApi/docs"])
def test_what_needs_no_key_counts_for_none(path, client):
    responses = [client.get(path) for _ in range(4)]
    assert [(response.status_code, *headers_of(response)) for response in responses] == [(200, None, None)] * 4
    assert not QuotaUse.objects.exists()


def test_an_upload_beyond_the_quota_stores_neither_rows_nor_a_receipt(upload):
    answers = [upload([invoice_row(invoiceNumber=f"{number}")]) for number in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert (Invoice.objects.count(), Upload.objects.count()) == (2, 2)


def test_a_quota_of_zero_is_no_limit_and_shows_in_no_header(client, settings):
    settings.RATE_LIMITS["read"] = 0
    responses = [client.get(WHOAMI) for _ in range(9)]
    assert [(response.status_code, *headers_of(response)) for response in responses] == [(200, None, None)] * 9


def test_whoami_names_the_quota_of_every_policy(client):
    assert client.get(WHOAMI).json()["limits"]["requests"] == [
        {"policy": "read", "quota": 3, "windowSeconds": 60},
        {"policy": "upload", "quota": 2, "windowSeconds": 60},
        {"policy": "report", "quota": 1, "windowSeconds": 60},
    ]


def test_whoami_does_not_name_a_policy_that_is_off(client, settings):
    settings.RATE_LIMITS = {"read": 0, "upload": 2, "report": 0}
    assert client.get(WHOAMI).json()["limits"]["requests"] == [{"policy": "upload", "quota": 2, "windowSeconds": 60}]
