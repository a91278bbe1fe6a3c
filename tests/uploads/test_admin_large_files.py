"""Large files are previewed and taken by a worker, and their pages show how far they are."""

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from receivables.models import Invoice
from receivables.uploads.file_upload import previews
from receivables.uploads.jobs import ATTEMPTS
from receivables.uploads.models import BodyPart, FullLoad, Upload
from tests.factories import invoice_row
from tests.uploads.staff import rows_file, uploaded, words
from tests.uploads.workers import work

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = b"customerNumber,invoiceNumber,invoiceAmount\n"
NIGHT = HEADER + b"".join(b"4711,%d,100\n" % number for number in range(300))


@pytest.fixture(autouse=True)
def _small_is_large(monkeypatch):
    """A file of a few kilobytes stands for one of a hundred megabytes."""
    monkeypatch.setattr(previews, "AT_ONCE_BYTES", 1000)
    monkeypatch.setattr(previews, "AT_ONCE_ROWS", 100)


@pytest.fixture(autouse=True)
def _empty_queue(db):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")  # which no test's end empties


def test_a_large_file_waits_for_a_worker_and_shows_how_far_it_is(uploader):
    page = uploader.choose("night.csv", NIGHT)
    assert "In progress: Waiting" in words(page)
    assert "Confirm and upload" not in words(page)


def test_a_worker_previews_a_large_file_and_another_takes_it(uploader):
    uploader.choose("night.csv", NIGHT)
    work()
    page = uploader.page(f"drafts/{uploader.draft().pk}/")
    assert "received 300 = created 300" in words(page)
    assert not Invoice.objects.exists()
    receipt = uploader.go("confirm")
    assert "In progress: Waiting" in words(receipt)
    work()
    assert Invoice.objects.count() == 300
    assert not BodyPart.objects.exists()


def test_progress_is_told_until_the_upload_is_finished(uploader):
    uploader.choose("night.csv", NIGHT)
    address = f"{uploader.draft().preview_id}/progress"
    assert uploader.page(address).json()["isFinished"] is False
    work()
    finished = uploader.page(address).json()
    assert finished["isFinished"] is True
    assert [step["count"] for step in finished["steps"]] == ["300", "300", "300"]


def test_a_page_under_way_reloads_itself_without_a_script(uploader):
    page = uploader.choose("night.csv", NIGHT)
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page.content.decode()


def test_a_large_upload_is_confirmed_once(uploader):
    uploader.choose("night.csv", NIGHT)
    work()
    assert uploader.go("confirm").redirect_chain == uploader.go("confirm").redirect_chain
    assert ProcrastinateJob.objects.filter(task_name="take_upload").count() == 1
    work()
    assert uploaded().created_count == 300


def test_a_large_file_that_breaks_is_refused_in_its_preview(uploader):
    uploader.choose("night.csv", NIGHT + b"4711,1\n")
    work()
    assert "the row has 2 cells, and the header has 3" in words(uploader.page(f"drafts/{uploader.draft().pk}/"))


def test_a_file_that_was_discarded_before_its_preview_is_not_read(uploader):
    uploader.choose("night.csv", NIGHT)
    uploader.go("discard")
    work()
    assert [error["code"] for error in Upload.objects.get().errors] == ["taken_back"]


def test_a_preview_that_its_workers_die_of_is_refused_in_the_end(uploader):
    uploader.choose("night.csv", NIGHT)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = %s", [ATTEMPTS + 1])
    work()
    assert [error["code"] for error in Upload.objects.get().errors] == ["not_taken"]


def test_a_worker_leaves_an_open_format_to_be_asked_for(uploader):
    uploader.choose("night.csv", NIGHT.replace(b",100\n", b",1.000\n"))
    work()
    page = uploader.browser.get(f"/admin/uploads/upload/drafts/{uploader.draft().pk}/", follow=True)
    assert page.redirect_chain[-1][0].endswith("/columns/")
    assert "Which format do the numbers have?" in words(page)
    uploader.go("columns", numbers="1.234,56")
    work()
    page = uploader.page(f"drafts/{uploader.draft().pk}/")
    assert "Numbers 1.234,56 1.000 is read as 1,000.00" in words(page)
    assert "received 300 = created 300" in words(page)


def test_a_large_full_load_closes_what_it_lacks_as_of_when_the_file_came(uploader, receipt):
    codes = {"companyCode": "1000", "invoiceAmount": 100}
    sent = [invoice_row(invoiceNumber=str(number), **codes) for number in range(40)]
    for rows in (sent, sent[1:]):
        uploader.choose("all.json", rows_file(*rows), is_full_load="on")
        work()
        receipt([invoice_row(invoiceNumber="later", **codes)])
        uploader.go("confirm", typed="Acme")
        work()
    assert [item.invoice_number for item in Invoice.objects.exclude(closed_at=None)] == ["0"]
    load = FullLoad.objects.latest("ended_at")
    assert Upload.objects.get(pk=load.commit_id).load_id == load.pk


def test_a_preview_that_waits_for_a_worker_delays_no_full_load(uploader, receipt):
    uploader.choose("night.csv", NIGHT)
    sent = receipt([invoice_row(companyCode="1000")], query="?snapshot=true")
    assert sent["outcome"] == "accepted"


def test_a_large_full_load_that_is_discarded_is_refused_by_the_worker(uploader):
    uploader.choose("night.csv", NIGHT, is_full_load="on")
    preview = uploader.draft().preview
    uploader.go("discard")
    work()
    preview.refresh_from_db()
    assert preview.outcome == "refused"
