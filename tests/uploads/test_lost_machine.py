"""A machine of a cluster is lost: the database says so by errors of its own, in a request or at its end."""

import pytest
from django.db import connection
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from apiauth.models import Account
from receivables.models import Invoice
from receivables.uploads.jobs import ATTEMPTS, queue_lost_uploads
from receivables.uploads.models import Upload
from tests.factories import StaffFactory, invoice_row
from tests.uploads.staff import words
from tests.uploads.workers import work

# As Citus words them (14.0): of a connection that is refused, of one that breaks, and of one that breaks at the commit.
LOST = {
    "refused": ("08006", "connection to the remote node postgres@10.0.0.2:5432 failed: Connection refused"),
    "broken": ("08006", "connection not open"),
    "at the commit": ("XX000", "server closed the connection unexpectedly"),
    "in a transaction": ("XX000", "failure on connection marked as essential: 10.0.0.2:5432"),
}
FAILING = """
CREATE FUNCTION lose_machine() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = '{sqlstate}'; END $$;
CREATE CONSTRAINT TRIGGER machine_lost AFTER INSERT ON {table} {when} FOR EACH ROW EXECUTE FUNCTION lose_machine()
"""
AT_COMMIT = "DEFERRABLE INITIALLY DEFERRED"
UNREADABLE = """
CREATE FUNCTION lose_machine() RETURNS boolean STABLE LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = '{sqlstate}'; END $$;
ALTER TABLE {table} RENAME TO {table}_there;
CREATE VIEW {table} AS SELECT * FROM {table}_there WHERE lose_machine()
"""
pytestmark = pytest.mark.plain_postgresql(reason="a cluster takes no triggers on tables of accounts")


def lose(sqlstate, message, table="receivables_invoice", when=AT_COMMIT, template=FAILING):
    query(template.format(sqlstate=sqlstate, message=message, table=table, when=when))


def query(text, parameters=None):
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)


def repair():
    query("DROP FUNCTION lose_machine() CASCADE")


def jobs():
    return ProcrastinateJob.objects.filter(task_name="take_upload")


@pytest.fixture
def _repaired(transactional_db):
    query("DELETE FROM procrastinate_jobs")  # which no test's end empties
    yield
    query("DROP FUNCTION IF EXISTS lose_machine() CASCADE")


@pytest.mark.usefixtures("_repaired")
@pytest.mark.parametrize("when", ["", AT_COMMIT], ids=["in the midst", "at the commit"])
@pytest.mark.parametrize("lost", LOST.values(), ids=LOST)
def test_an_upload_whose_machine_is_lost_is_503_and_stores_nothing(upload, lost, when):
    lose(*lost, when=when)
    response = upload([invoice_row()])
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert response.json()["detail"].endswith("Send the request again: nothing is stored twice.")
    assert not Invoice.objects.exists()
    assert not Upload.objects.exists()


@pytest.mark.usefixtures("_repaired")
def test_an_upload_that_is_sent_again_with_its_key_after_a_lost_commit_is_stored(upload):
    lose(*LOST["at the commit"])
    key = {"Idempotency-Key": "night-1"}
    assert upload([invoice_row()], headers=key).status_code == 503
    repair()
    assert upload([invoice_row()], headers=key).json()["created"] == 1
    assert Upload.objects.get().idempotency_key == "night-1"


@pytest.mark.usefixtures("_repaired")
def test_an_asynchronous_upload_whose_machine_is_lost_leaves_neither_record_nor_job(upload):
    lose(*LOST["at the commit"], table="uploads_bodypart")
    response = upload([invoice_row()], headers={"Prefer": "respond-async"})
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert not jobs().exists()
    assert not Upload.objects.exists()


@pytest.fixture
def _queued(upload, _repaired):
    assert upload([invoice_row()], headers={"Prefer": "respond-async"}).status_code == 202


@pytest.mark.usefixtures("_queued")
def test_a_job_whose_machine_is_lost_waits_for_it_however_often_it_is_tried():
    lose(*LOST["broken"], when="")
    query("UPDATE procrastinate_jobs SET attempts = %s", [ATTEMPTS])
    work()
    assert [(job.status, job.attempts) for job in jobs()] == [("todo", ATTEMPTS)]
    repair()
    query("UPDATE procrastinate_jobs SET scheduled_at = now()")
    work()
    assert [(upload.state, upload.created_count) for upload in Upload.objects.all()] == [("finished", 1)]


@pytest.mark.usefixtures("_queued")
def test_an_upload_without_a_job_is_queued_again_once():
    query("DELETE FROM procrastinate_jobs")
    queue_lost_uploads(timestamp=0)
    assert not jobs().exists()  # its transaction may be about to end
    query("UPDATE uploads_upload SET created_at = created_at - interval '1 hour'")
    queue_lost_uploads(timestamp=0)
    queue_lost_uploads(timestamp=0)
    [job] = jobs()
    upload = Upload.objects.get()
    assert (job.args, job.lock) == ({"upload_id": str(upload.pk)}, f"uploads:{upload.account_id}:invoices")


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST)
def test_a_list_whose_machine_is_lost_is_503(client, lost):
    lose(*lost, template=UNREADABLE)
    response = client.get("/jsonApi/invoices")
    assert (response.status_code, response["Retry-After"]) == (503, "30")


def test_an_internal_error_of_another_kind_stays_a_500(client):
    lose("XX000", "cache lookup failed for type 0", template=UNREADABLE)
    assert client.get("/jsonApi/invoices").status_code == 500


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST)
def test_a_page_whose_machine_is_lost_is_503_in_plain_words(db, lost):
    Account.objects.create(name="Muster")
    browser = Client(raise_request_exception=False)
    browser.force_login(StaffFactory(is_superuser=True))
    lose(*lost, template=UNREADABLE)
    page = browser.get("/admin/receivables/invoice/")
    assert (page.status_code, page["Retry-After"]) == (503, "30")
    assert "The database does not answer" in words(page)
