"""Which moment an answer is of, and which moments cannot be answered."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import OperationalError, connection
from rest_framework.exceptions import ValidationError

from config.api.problems import Unprocessable
from receivables.models import today
from receivables.reports import moments
from receivables.reports.fields import MomentField
from receivables.uploads.models import FullLoad, Upload
from tests.conftest import client_of
from tests.factories import AccountFactory, customer_row, invoice_row
from tests.uploads.loads import full_load, ledger_of

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
MERGING = "SELECT pg_advisory_lock(hashtextextended(%s, 0))"  # what an upload holds while it merges
MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def feed(account: Any, receipt: Any) -> list[Upload]:
    """The uploads of three nights."""
    for amount in (100, 90, 80):
        receipt([invoice_row(balanceAmount=str(amount))])
    return list(Upload.objects.order_by("merged_at"))


def refusal(account: Any, named: Any, as_of: date | None = None) -> tuple[str, str]:
    """Return the parameter that cannot be met, and the code."""
    with pytest.raises(Unprocessable) as refused:
        moments.known_at(account.pk, named, as_of)
    [error] = refused.value.problem_members["errors"]
    return error["field"], error["code"]


def test_without_parameters_or_with_today_it_is_now(account):
    assert moments.known_at(account.pk, None, None) == (today(), None)
    assert moments.known_at(account.pk, None, today()) == (today(), None)
    assert moments.known_at(account.pk, None, date(9999, 12, 31)) == (date(9999, 12, 31), None)


def test_now_is_now_of_any_day(account):
    assert moments.known_at(account.pk, "now", LONG_AGO.date()) == (LONG_AGO.date(), None)


def test_a_day_before_today_is_known_at_its_end(account, feed):
    yesterday = today() - timedelta(days=1)
    Upload.objects.filter(pk=feed[0].pk).update(merged_at=LONG_AGO)
    day, known = moments.known_at(account.pk, None, yesterday)
    assert (day, known.moment, known.last_upload.id) == (yesterday, moments.end_of_day(yesterday), feed[0].pk)
    assert moments.moment_text(known.moment) == f"{yesterday}T23:59:59.999999Z"


def test_a_moment_gives_its_day_where_none_is_given(account, feed):
    day, known = moments.known_at(account.pk, feed[1].merged_at, None)
    assert (day, known.moment, known.last_upload.id) == (feed[1].merged_at.date(), feed[1].merged_at, feed[1].pk)
    assert moments.known_at(account.pk, feed[1].merged_at, LONG_AGO.date())[0] == LONG_AGO.date()


def test_an_upload_is_known_right_after_it(account, feed):
    assert [moments.known_at(account.pk, upload.pk, None)[1].moment for upload in feed] == [
        upload.merged_at for upload in feed
    ]


def test_a_full_load_is_known_right_after_its_end(account, upload):
    full_load(upload, ledger_of(3))
    load, own = FullLoad.objects.get(), Upload.objects.get()
    assert moments.known_at(account.pk, load.pk, None)[1].last_upload.id == own.pk


def test_the_members_of_an_answer_name_moment_and_upload(account, feed):
    last = moments.latest(account.pk)
    assert last.members() == {
        "knownAt": moments.moment_text(feed[2].merged_at),
        "lastUpload": {
            "id": str(feed[2].pk),
            "url": f"/jsonApi/uploads/{feed[2].pk}",
            "kind": "rows",
            "mergedAt": moments.moment_text(feed[2].merged_at),
            "extractedAt": None,
        },
    }


def test_before_the_first_upload_nothing_is_known(account, feed):
    first = feed[0].merged_at
    assert moments.known_at(account.pk, first, None)[1].moment == first
    assert refusal(account, first - MICROSECOND) == ("knownAt", "not_known_then")
    assert refusal(account, None, LONG_AGO.date()) == ("asOf", "not_known_then")
    with pytest.raises(Unprocessable, match=f"from {moments.moment_text(first)} on.*knownAt=now"):
        moments.known_at(account.pk, None, LONG_AGO.date())


def test_before_an_upload_of_an_earlier_release_nothing_is_known(account, feed):
    Upload.objects.filter(pk__in=[upload.pk for upload in feed[:2]]).update(has_full_history=False)
    assert moments.uploads.span(account.pk).first == feed[1].merged_at
    assert refusal(account, feed[0].pk) == ("knownAt", "not_known_then")
    assert moments.known_at(account.pk, feed[1].pk, None)[1].moment == feed[1].merged_at


def test_nothing_is_known_of_an_account_without_invoices(account, receipt):
    assert moments.latest(account.pk) is None
    assert refusal(account, None, LONG_AGO.date()) == ("asOf", "not_known_then")
    receipt([customer_row()], "customers")
    assert refusal(account, Upload.objects.get().pk) == ("knownAt", "not_known_then")


def test_moments_to_come_are_not_known(account, feed):
    assert refusal(account, datetime(9999, 12, 31, tzinfo=UTC)) == ("knownAt", "in_future")


def test_a_moment_ahead_of_the_clock_is_known_if_it_is_stored(account, feed):
    ahead = datetime.now(UTC) + timedelta(hours=1)
    Upload.objects.filter(pk=feed[2].pk).update(merged_at=ahead)
    assert moments.known_at(account.pk, feed[2].pk, None)[1].moment == ahead
    assert refusal(account, ahead + MICROSECOND) == ("knownAt", "in_future")


def test_uploads_that_stored_nothing_have_no_moment(account, feed, upload):
    upload([invoice_row(invoiceAmount="x")])
    upload([invoice_row(balanceAmount="7")], query="?dryRun=true")
    for nothing in Upload.objects.filter(merged_at=None):
        assert refusal(account, nothing.pk) == ("knownAt", "unknown_load")


def test_another_accounts_upload_is_as_unknown_as_none(account, feed):
    other = AccountFactory()
    client_of(other).post("/jsonApi/upload/invoices", [invoice_row()], format="json")
    of_other = Upload.objects.get(account=other)
    assert refusal(account, of_other.pk) == refusal(account, uuid4()) == ("knownAt", "unknown_load")


def test_the_first_full_load_after_a_moment_is_found_by_company_code(account, upload):
    for code in ("1000", "2000", "1000"):
        full_load(upload, ledger_of(3, companyCode=code), codes=code)
    first, second, third = FullLoad.objects.order_by("ended_at")
    found = moments.uploads.first_full_load
    assert found(account.pk, first.ended_at - MICROSECOND).id == first.pk
    assert found(account.pk, first.ended_at).id == second.pk
    assert found(account.pk, first.ended_at, ["1000", "3000"]).id == third.pk
    assert found(account.pk, first.ended_at, ["3000"]) is None


@pytest.mark.parametrize("resource", ["invoices", "customers"])
@pytest.mark.django_db(transaction=True)
def test_a_moment_after_the_last_upload_waits_for_those_under_way(account, receipt, settings, resource):
    settings.UPLOAD_LOCK_SECONDS = 1
    receipt([invoice_row()])
    receipt([customer_row()], "customers")
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as another:
        another.execute(MERGING, [f"upload:{account.pk}:{resource}"])
        with pytest.raises(OperationalError, match="lock timeout"):
            moments.known_at(account.pk, datetime.now(UTC), None)


@pytest.mark.django_db(transaction=True)
def test_a_moment_until_the_last_upload_waits_for_none(account, receipt):
    receipt([invoice_row()])
    receipt([customer_row()], "customers")
    first = Upload.objects.get(resource="invoices")
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as another:
        for resource in ("invoices", "customers"):
            another.execute(MERGING, [f"upload:{account.pk}:{resource}"])
        assert moments.known_at(account.pk, first.pk, None)[1].moment == first.merged_at


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-01-31T18:00:00Z", datetime(2026, 1, 31, 18, tzinfo=UTC)),
        ("2026-01-31T18:00:00.5+01:00", datetime(2026, 1, 31, 17, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-01-31T18:00:00", datetime(2026, 1, 31, 18, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", datetime(1, 1, 1, tzinfo=UTC)),
        ("2028-02-29", date(2028, 2, 29)),
        ("now", "now"),
    ],
)
def test_moments_are_read(text, read):
    assert MomentField(allows_days=True, allows_now=True).to_internal_value(text) == read


NO_MOMENTS = ["", "today", "now", "2026-01-31", "20260131T180000Z", "2026-02-30T00:00:00Z", "load:7", "load:", "7"]


@pytest.mark.parametrize("text", NO_MOMENTS)
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(ValidationError, match="is no moment"):
        MomentField().run_validation(text)
