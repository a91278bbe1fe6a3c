"""What a pair may do, what it leaves behind, and where its secret never shows."""

import hashlib
import hmac
import logging
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from apiauth.models import ApiKey
from receivables.models import Invoice
from receivables.uploads.models import Upload
from tests.factories import invoice_row, key_headers

WHOAMI = "/jsonApi/whoami"


@pytest.fixture
def issued(account):
    """A pair's row and the pair itself."""
    return ApiKey.objects.issue(account, name="SAP feed")


@pytest.fixture
def holder(issued):
    """A client that sends the issued pair."""
    return APIClient(headers={"api_key": issued[1].key, "api_secret": issued[1].secret})


def scoped(account, *scopes):
    return APIClient(headers=key_headers(account, scopes=list(scopes)))


@pytest.mark.parametrize("resource", ["invoices", "customers"])
def test_a_key_that_only_reads_cannot_upload(resource, account):
    response = scoped(account, "read").post(f"/jsonApi/upload/{resource}", [invoice_row()])
    assert response.status_code == 403
    assert (Invoice.objects.count(), Upload.objects.count()) == (0, 0)


@pytest.mark.parametrize("path", ["invoices", "invoices/1", "customers", "customers/1", "customers/1/invoices"])
def test_a_key_that_only_uploads_cannot_read_rows(path, account):
    assert scoped(account, "upload").get(f"/jsonApi/{path}").status_code == 403


def test_a_missing_scope_is_told_where_scopes_are_listed(account):
    assert scoped(account, "upload").get("/jsonApi/invoices").json() == {
        "title": "Forbidden",
        "status": 403,
        "detail": "This key lacks the scope that the address needs; whoami lists the key's scopes.",
    }


def test_a_key_that_only_uploads_uploads(account):
    assert scoped(account, "upload").post("/jsonApi/upload/invoices", [invoice_row()]).status_code == 200


def test_a_key_that_only_reads_reads(account):
    assert scoped(account, "read").get("/jsonApi/invoices").status_code == 200


@pytest.mark.parametrize("scopes", [[], ["read"], ["upload"], ["read", "upload"]], ids=str)
def test_whoami_answers_a_key_of_any_scope(scopes, account):
    assert scoped(account, *scopes).get(WHOAMI).json()["scopes"] == scopes


def test_whoami_names_the_key_its_account_and_the_limits(issued, holder, settings):
    settings.UPLOAD_MAX_ROWS, settings.UPLOAD_MAX_BYTES = 7, 4096
    assert holder.get(WHOAMI).json() == {
        "key": issued[1].key,
        "name": "SAP feed",
        "account": {"name": "Acme", "amountDecimalPlaces": 0, "uploadHandling": "strict"},
        "scopes": ["read", "upload"],
        "expiresAt": None,
        "fullLoadMinutes": None,
        "limits": {
            "maxRows": 7,
            "maxBytes": 4096,
            "requests": [
                {"policy": "read", "quota": 6000, "windowSeconds": 60},
                {"policy": "upload", "quota": 60000, "windowSeconds": 60},
                {"policy": "report", "quota": 600, "windowSeconds": 60},
            ],
        },
    }


def test_whoami_names_the_moment_of_expiry(account):
    soon = datetime(2099, 1, 31, 12, tzinfo=UTC)
    response = APIClient(headers=key_headers(account, expires_at=soon)).get(WHOAMI)
    assert response.json()["expiresAt"] == "2099-01-31T12:00:00.000000Z"


def test_the_first_login_notes_its_time(issued, holder):
    before = timezone.now()
    holder.get(WHOAMI)
    issued[0].refresh_from_db()
    assert before <= issued[0].last_used_at <= timezone.now()


@pytest.mark.parametrize(("seconds", "is_noted"), [(0, False), (55, False), (60, True), (3600, True)])
def test_a_login_is_noted_at_most_once_a_minute(seconds, is_noted, issued, holder):
    last_use = timezone.now() - timedelta(seconds=seconds)
    ApiKey.objects.update(last_used_at=last_use)
    holder.get(WHOAMI)
    issued[0].refresh_from_db()
    assert (issued[0].last_used_at > last_use) is is_noted


def test_a_second_login_within_the_minute_writes_nothing(holder, django_assert_num_queries, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"read": 0}  # no request is counted
    holder.get(WHOAMI)
    with django_assert_num_queries(1) as queries:
        holder.get(WHOAMI)
    assert queries.captured_queries[0]["sql"].startswith("SELECT")


def test_a_refused_login_is_not_a_use(issued):
    APIClient(headers={"api_key": issued[1].key, "api_secret": "sk_wrong"}).get(WHOAMI)
    issued[0].refresh_from_db()
    assert issued[0].last_used_at is None


def test_a_secret_is_stored_as_its_keyed_digest(issued, settings):
    _, pair = issued
    expected = hmac.new(settings.API_KEY_PEPPER.encode(), pair.secret.encode(), hashlib.sha256).hexdigest()
    assert ApiKey.objects.get().secret_digest == expected
    assert pair.secret not in str(ApiKey.objects.values().get())


def test_another_pepper_retires_every_pair(holder, settings):
    settings.API_KEY_PEPPER = "another"
    assert holder.get(WHOAMI).status_code == 401


def test_two_pairs_share_nothing(account):
    first, second = (ApiKey.objects.issue(account)[1] for _ in range(2))
    assert not {first.key, first.secret} & {second.key, second.secret}


@pytest.mark.parametrize("show", [str, repr])
def test_a_secret_shows_in_no_text_of_its_row_or_pair(show, issued):
    row, pair = issued
    shown = show(row) + show(pair)
    assert pair.secret not in shown
    assert row.secret_digest not in shown


def test_whoami_shows_neither_the_secret_nor_its_digest(issued, holder):
    body = holder.get(WHOAMI).content.decode()
    assert issued[1].secret not in body
    assert issued[0].secret_digest not in body


def test_logs_show_no_secret_of_a_login_a_refusal_or_an_error(issued, holder, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    holder.get(WHOAMI)
    holder.get("/jsonApi/invoices/1")
    APIClient(headers={"api_key": "ak_unknown", "api_secret": issued[1].secret}).get(WHOAMI)
    monkeypatch.setattr("apiauth.api.WhoamiView.get_object", lambda view: 1 / 0)
    holder.get(WHOAMI)
    assert "ZeroDivisionError" in caplog.text
    assert issued[1].secret not in caplog.text
