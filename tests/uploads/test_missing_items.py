"""What a full load lacks: what is not certain is not missing, and who sent no row of a company code proves nothing."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from receivables.models import Invoice
from receivables.uploads.loads import missing
from receivables.uploads.loads.commits import begin
from receivables.uploads.loads.presence import protect
from receivables.uploads.models import FullLoad, LoadState, SeenItems, Upload
from tests.uploads.loads import OF_1000, codes_of, full_load, ledger, ledger_of, open_numbers

OF_BOTH = "1000,2000"


@pytest.fixture
def loaded(upload):
    """A ledger of five items in one company code, of which a full load stands; the other one has none."""
    full_load(upload, ledger_of(5), codes=OF_BOTH)


def test_what_a_refused_row_names_while_a_commit_waits_for_its_turn_is_not_missing(loaded, source):
    load = begin(source, OF_1000)
    with transaction.atomic(), connection.cursor() as cursor:
        missing.collect(cursor, load)
        protect(load, uuid4(), [(0, {"invoice_number": "2"})])
        missing.drop_seen_since(cursor, load, timezone.now())
        ((_, tally),) = missing.missing_by_group(cursor)[0].items()
    assert tally.items == 4


def test_a_company_code_without_a_row_is_withheld_though_the_last_load_had_none_of_it_either(loaded, upload):
    upload(ledger(6, 7, companyCode="2000"))
    full_load(upload, ledger_of(5), codes=OF_BOTH)
    assert codes_of(FullLoad.objects.get(state=LoadState.WITHHELD)) == ["no_rows_of_code"]
    assert open_numbers() == ["1", "2", "3", "4", "5", "6", "7"]


def test_a_load_supersedes_those_of_its_company_codes_that_came_whole(loaded, upload):
    whole = ledger(*range(6, 26), companyCode="2000")
    upload(whole)
    full_load(upload, whole[:8], codes="2000")
    first = FullLoad.objects.get(state=LoadState.WITHHELD)
    full_load(upload, whole, codes=OF_BOTH)  # no row of the one code, all of the other
    first.refresh_from_db()
    assert first.state == LoadState.SUPERSEDED


def test_what_uploads_of_an_earlier_version_saw_is_unknown(loaded, upload):
    upload(ledger(5))
    SeenItems.objects.all().delete()
    Upload.objects.update(merged_at=None)
    Invoice.objects.update(updated_at=timezone.now() - timedelta(days=1))
    full_load(upload, ledger_of(4), query=f"&extractedAt={timezone.now() + timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}")
    assert codes_of(FullLoad.objects.get(state=LoadState.WITHHELD)) == ["seen_unknown"]
    assert open_numbers() == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("codes", ["1000", OF_BOTH])
def test_missing_items_are_found_whether_or_not_all_company_codes_are_loaded(loaded, upload, codes):
    upload(ledger(6, companyCode="2000"))
    full_load(upload, [*ledger_of(4), *ledger(6, companyCode="2000")], codes=codes)
    assert open_numbers() == ["1", "2", "3", "4", "6"]


def test_many_company_codes_that_lack_a_little_each_withhold_together(upload):
    codes = [str(code) for code in range(1000, 1020)]
    rows = [row for code in codes for row in ledger_of(9, companyCode=code)]
    full_load(upload, rows, codes=",".join(codes))
    full_load(upload, [row for row in rows if int(row["invoiceNumber"]) > 3], codes=",".join(codes))
    (reason,) = FullLoad.objects.get(state=LoadState.WITHHELD).reasons
    assert reason["message"].startswith("all company codes: 60 of 180 open items are missing")
