"""Which items uploads saw, for as long as a full load may need it; then it is withheld for want of knowledge."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from receivables.models import Invoice
from receivables.uploads.loads.commits import begin
from receivables.uploads.loads.tasks import end_full_loads, forget_seen_items
from receivables.uploads.models import FullLoad, LoadRequest, LoadState, ProtectedIdentity, SeenItems, Upload
from receivables.uploads.sources import Source
from tests.conftest import client_of
from tests.earlier import make_earlier
from tests.factories import LENIENT
from tests.uploads.loads import OF_1000, codes_of, ledger, ledger_of, open_numbers
from tests.uploads.loads import begin as begin_over_rest

SNAPSHOT = "?snapshot=true"


def grow_old(days):
    """Have all uploads, and what they saw and left, be so many days older."""
    earlier = timedelta(days=days)
    make_earlier(Invoice.objects, earlier, "updated_at")
    make_earlier(SeenItems.objects, earlier, "seen_at")
    make_earlier(Upload.objects, earlier, "merged_at")
    make_earlier(FullLoad.objects, earlier, "cutoff", "began_at")


def forget_after(days):
    grow_old(days)
    forget_seen_items(timestamp=0)


def seen():
    return SeenItems.objects.count()


@pytest.fixture
def loaded(receipt):
    """A ledger that full loads have had."""
    receipt(ledger_of(10))
    receipt(ledger_of(10), query=SNAPSHOT)


def test_loads_find_their_uploads_and_requests_by_their_account(account):
    """Only the indexes that begin with it have them; without it each end of a load read all of the tables."""
    client = client_of(account, full_load_minutes=30)
    client.post("/jsonApi/upload/invoices", ledger_of(10), format="json")
    make_earlier(LoadRequest.objects, timedelta(hours=1), "ends_at")
    url = begin_over_rest(client, "2000")
    FullLoad.objects.filter(form="parts").update(last_part_at=timezone.now() - timedelta(hours=7))
    with CaptureQueriesContext(connection) as queries:
        client.post("/jsonApi/upload/invoices?page=1", [], format="json")
        client.get(url)
        end_full_loads(timestamp=0)
    of_load = [query["sql"] for query in queries if '"load_id" = ' in query["sql"]]
    assert {sql for sql in of_load if '"account_id" = ' not in sql} == set()
    assert len(of_load) > 5


@pytest.mark.parametrize(("days", "known"), [(6, 2), (8, 1), (30, 1), (32, 0)])
def test_what_uploads_saw_is_known_for_a_week_and_what_loads_saw_for_as_long_as_there_are_undos(
    days, known, loaded, receipt
):
    receipt(ledger(10))
    forget_after(days)
    assert seen() == known


def test_what_uploads_saw_is_known_as_long_as_a_withheld_load_may_be_confirmed(loaded, upload, receipt):
    assert upload(ledger_of(6), query=SNAPSHOT).status_code == 207
    receipt(ledger(10))
    forget_after(40)
    assert seen() == 2  # of the load, and of what came after it; the first load's is forgotten


def test_what_refused_rows_name_is_forgotten_once_their_load_is_decided(loaded, upload):
    refused = ledger(10, invoiceAmount="much")
    assert upload(ledger_of(5) + refused, query=SNAPSHOT, headers=LENIENT).status_code == 207
    forget_seen_items(timestamp=0)
    assert ProtectedIdentity.objects.count() == 1
    FullLoad.objects.update(state=LoadState.SUPERSEDED)
    forget_seen_items(timestamp=0)
    assert ProtectedIdentity.objects.count() == 0


def test_an_upload_that_saw_nothing_is_known_to_have_seen_nothing(loaded, receipt):
    receipt(ledger(11, 11))
    assert SeenItems.objects.latest("seen_at").item_ids == []


def test_a_load_older_than_what_is_known_is_withheld(loaded, upload, receipt):
    grow_old(1)
    receipt(ledger(10))
    forget_after(8)
    extracted_at = FullLoad.objects.get().began_at + timedelta(hours=1)
    response = upload(ledger_of(9), query=f"{SNAPSHOT}&extractedAt={extracted_at:%Y-%m-%dT%H:%M:%SZ}")
    assert response.status_code == 207
    assert codes_of(FullLoad.objects.latest("began_at")) == ["seen_unknown"]
    assert len(open_numbers()) == 10


def test_a_load_of_today_is_not_withheld_for_what_was_forgotten(loaded, receipt):
    receipt(ledger(10))
    forget_after(8)
    receipt(ledger_of(9), query=SNAPSHOT)
    assert len(open_numbers()) == 9


def test_a_load_in_parts_expires_six_hours_after_its_last_part(account):
    begin(Source(account, staff_username="jane"), OF_1000)
    end_full_loads(timestamp=0)
    assert FullLoad.objects.get().state == LoadState.OPEN
    FullLoad.objects.update(last_part_at=timezone.now() - timedelta(hours=6, minutes=1))
    end_full_loads(timestamp=0)
    assert FullLoad.objects.get().state == LoadState.EXPIRED
