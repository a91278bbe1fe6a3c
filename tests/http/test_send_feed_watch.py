"""A watched folder before the production server: nothing is sent twice, and nothing lost."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from customers.models import Customer
from receivables.models import Invoice
from receivables.uploads.models import Upload
from tests.factories import customer_row, invoice_row
from tests.http.fronts import nginx
from tests.http.senders import BAD, GOOD, Sender
from tests.http.servers import reserved_port, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sender(gunicorn, pair, tmp_path) -> Sender:
    (tmp_path / "in").mkdir()
    return Sender(tmp_path / "in", f"http://127.0.0.1:{gunicorn.port}", pair["api_key"], pair["api_secret"])


def drop(sender: Sender, name: str, rows: object) -> Path:
    file = sender.folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(rows if isinstance(rows, str) else json.dumps(rows))
    return file


@contextmanager
def watcher(sender: Sender, *options: str) -> Iterator[subprocess.Popen[str]]:
    with sender.watch("--settle=0.5", *options, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def empty(sender: Sender, *options: str) -> subprocess.CompletedProcess[str]:
    with sender.watch("--once", "--settle=0", *options, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        out, err = process.communicate(timeout=60)
    return subprocess.CompletedProcess([], process.returncode, out, err)


def lies(sender: Sender, name: str) -> bool:
    return (sender.folder / name).exists()


def test_a_mixed_folder_is_emptied_with_the_worst_code(sender):
    drop(sender, "invoices/all.json", [GOOD])
    drop(sender, "invoices/some.json", [GOOD, BAD])
    drop(sender, "customers/all.csv", "customerno,emailaddress1\n17,a@example.com\n")
    sent = empty(sender, "--lenient")
    assert (sent.returncode, Invoice.objects.count(), Customer.objects.count()) == (1, 1, 1), sent.stderr
    assert json.loads((sender.folder / "partly/invoices/some.json.rejected.json").read_text()) == [BAD]
    receipt = json.loads((sender.folder / "sent/customers/all.csv.receipt.json").read_text())
    assert (receipt["outcome"], receipt["created"]) == ("accepted", 1)
    assert "created" in (sender.folder / "sent/customers/all.csv.receipt.txt").read_text()


def test_a_refused_file_says_the_line_of_its_bad_row(sender):
    drop(sender, "night.csv", 'customerNumber,invoiceNumber,invoiceAmount\n"1\n2\n3",1,5\n\n1,2,a lot\n')
    assert empty(sender, "invoices").returncode == 2
    lines = (sender.folder / "refused/night.csv.receipt.txt").read_text().splitlines()
    assert any(line.split()[:2] == ["6", "invoiceAmount"] for line in lines), lines


def test_a_crash_between_sending_and_moving_doubles_nothing(sender):
    file = drop(sender, "night.json", [GOOD])
    empty(sender, "invoices")
    (sender.folder / "sent/night.json").rename(file)
    for name in ("night.json.receipt.json", "night.json.receipt.txt"):
        (sender.folder / "sent" / name).unlink()
    again = empty(sender, "invoices")
    assert (again.returncode, Upload.objects.count()) == (0, 1)
    assert json.loads((sender.folder / "sent/night.json.receipt.json").read_text())["created"] == 1


def test_a_refused_file_that_is_dropped_again_is_tried_anew(sender, account):
    file = drop(sender, "night.json", [invoice_row(invoiceAmount="1.50")])
    assert empty(sender, "invoices").returncode == 2
    account.amount_decimal_places = 2
    account.save()
    (sender.folder / "refused/night.json").rename(file)
    assert (empty(sender, "invoices").returncode, Upload.objects.count()) == (0, 2)


def test_a_dropped_file_is_sent_and_the_watcher_goes_on(sender):
    with watcher(sender, "invoices") as process:
        for number in range(2):
            drop(sender, f"{number}.json", [invoice_row(invoiceNumber=str(number))])
            wait_until(lambda name=f"sent/{number}.json.receipt.txt": lies(sender, name))
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, err, Invoice.objects.count()) == (0, "", 2)
    assert [line.partition(":")[0] for line in out.splitlines()] == ["0.json", "1.json"]


def test_two_watchers_of_one_folder_never_send_side_by_side(sender):
    with watcher(sender, "invoices"):
        wait_until(lambda: lies(sender, ".send_feed.lock"))
        second = empty(sender, "invoices")
    assert (second.returncode, "is watched already" in second.stderr) == (4, True)


def test_a_file_waits_for_the_server_and_is_sent_by_itself(sender, gunicorn, tmp_path):
    with reserved_port() as port:
        away = replace(sender, url=f"http://127.0.0.1:{port}")
        with watcher(away, "invoices") as process:
            drop(sender, "night.json", [GOOD])
            assert "Trying again in 5 s." in process.stderr.readline()
            assert lies(sender, "night.json")
            front = (
                f"server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{gunicorn.port}; }} }}"
            )
            with nginx(tmp_path, front, port):
                wait_until(lambda: lies(sender, "sent/night.json.receipt.txt"), 40)
    assert Upload.objects.count() == 1


def test_a_wrong_key_leaves_the_files_where_they_are(sender):
    drop(sender, "night.json", [GOOD])
    sent = empty(replace(sender, key="pk_wrong"), "invoices")
    assert (sent.returncode, lies(sender, "night.json"), lies(sender, "refused/night.json")) == (2, True, False)


def test_a_backlog_is_sent_in_the_order_of_its_files(sender):
    for number in range(30):
        file = drop(sender, f"{30 - number}.json", [invoice_row(invoiceNumber=str(number), itemText=str(number))])
        os.utime(file, (1_700_000_000 + number,) * 2)
    assert empty(sender, "invoices").returncode == 0
    uploads = Upload.objects.order_by("created_at").values_list("idempotency_key", flat=True)
    texts = Invoice.objects.order_by("created_at").values_list("item_text", flat=True)
    assert (len(set(uploads)), list(texts)) == (30, [str(number) for number in range(30)])


@pytest.mark.parametrize("name", ["customers/x.json", "DEB1.json"])
def test_customers_are_told_by_subfolder_or_pattern(sender, name):
    drop(sender, name, [customer_row()])
    assert empty(sender, "invoices", "--pattern=customers=DEB*").returncode == 0
    assert Customer.objects.count() == 1
