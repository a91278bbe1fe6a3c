"""The sender's command, against the production server: what lands, how it ends, and what it prints."""

import csv
import io
import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction

from apiauth.models import Account
from customers.models import Customer
from receivables.models import Invoice
from receivables.uploads.models import Upload
from tests.factories import customer_row
from tests.http.broken_lines import line_that_breaks_once
from tests.http.senders import BAD
from tests.http.servers import reserved_port
from tests.http.wire import upload
from tests.uploads.contract_rows import INVOICE

pytestmark = pytest.mark.django_db(transaction=True)


def as_csv(row: dict[str, Any]) -> str:
    cells = {name: json.dumps(value) if isinstance(value, dict) else value for name, value in row.items()}
    written = io.StringIO()
    writer = csv.DictWriter(written, cells, delimiter=";")
    writer.writeheader()
    writer.writerow(cells)
    return written.getvalue()


FILES: dict[str, Callable[[dict[str, Any]], str]] = {
    "feed.json": lambda row: json.dumps([row], indent=2),
    "feed.ndjson": lambda row: json.dumps(row) + "\n",
    "feed.csv": as_csv,
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_any_format_lands_as_the_rows_themselves_would(sender, gunicorn, pair, name):
    (sender.folder / name).write_text(FILES[name](INVOICE))
    sent = sender.send("invoices", name)
    assert (sent.returncode, Invoice.objects.count()) == (0, 1), sent.stderr
    assert upload(gunicorn.port, [INVOICE], pair).json()["unchanged"] == 1


EMPTY = {
    "an array": ("feed.json", "[]"),
    "an array between blanks": ("feed.json", " [\n]\n"),
    "a file of lines": ("feed.ndjson", ""),
    "blank lines": ("feed.jsonl", "\n\r\n"),
    "a header": ("feed.csv", "customerNumber,invoiceNumber,invoiceAmount\n"),
    "a header and rows of blank cells": ("feed.csv", "customerNumber;invoiceNumber;invoiceAmount\n;;\n ; ;\n"),
}


@pytest.mark.parametrize(("name", "text"), EMPTY.values(), ids=EMPTY)
def test_a_file_of_no_rows_is_sent_and_prints_its_receipt(sender, name, text):
    (sender.folder / name).write_text(text)
    sent = sender.send("invoices", name)
    assert (sent.returncode, "invoices: accepted" in sent.stdout) == (0, True), sent.stderr
    assert (Upload.objects.get().received_count, Invoice.objects.count()) == (0, 0)


def test_a_bad_row_of_a_table_is_told_by_its_line_and_in_words_of_cells(sender):
    (sender.folder / "feed.csv").write_text('customerNumber,invoiceNumber,invoiceAmount\n"1\n2\n3",1,5\n\n1,2,a lot\n')
    lines = [line.split() for line in sender.send("invoices", "feed.csv").stdout.splitlines()]
    [row] = [line for line in lines if line[1:2] == ["invoiceAmount"] and line[0].isdigit()]
    assert row[0] == "6"
    assert "JSON" not in " ".join(word for line in lines for word in line)


def test_customers_from_standard_input_land(sender):
    sent = sender.send("customers", "-", "--format=csv", stdin=as_csv(customer_row()))
    assert (sent.returncode, Customer.objects.get().customer_number) == (0, "231231201"), sent.stderr


OUTCOMES = {
    "all rows taken": (["all.json"], 0, 1),
    "all rows tried": (["all.json", "--dry-run"], 0, 0),
    "some rows taken": (["some.json", "--lenient"], 1, 1),
    "some rows tried": (["some.json", "--lenient", "--dry-run"], 1, 0),
    "a bad row among good ones": (["some.json"], 2, 0),
    "no good row": (["none.json", "--lenient"], 2, 0),
    "no such file": (["nowhere.json"], 4, 0),
    "a wrong key": (["all.json", "--key=pk_wrong"], 2, 0),
    "another total": (["all.json", "--expected-total=:12113"], 2, 0),
    "an argument it does not know": (["all.json", "--secret=x"], 4, 0),
}


@pytest.mark.parametrize(("arguments", "exit_code", "stored"), OUTCOMES.values(), ids=OUTCOMES)
def test_the_exit_code_says_what_was_taken(sender, arguments, exit_code, stored):
    sent = sender.send("invoices", *arguments)
    assert (sent.returncode, Invoice.objects.count()) == (exit_code, stored), sent.stderr


def test_the_receipt_shows_counts_and_totals(sender):
    printed = [line.split() for line in sender.send("invoices", "all.json").stdout.splitlines()]
    assert ["invoices:", "accepted"] in printed
    assert ["1", "1", "0", "0", "0", "0"] in [line[:6] for line in printed]
    assert ["1", "12112", "0", "12112"] in printed


def test_the_receipt_names_bad_rows_and_where_the_rest_of_them_stands(sender):
    (sender.folder / "bad.json").write_text(json.dumps([BAD] * 25))
    printed = sender.send("invoices", "bad.json").stdout
    assert '20   invoiceAmount   invoiceAmount "a lot" is not an amount.' in printed
    assert f"5 errors more: {sender.url}/jsonApi/uploads/{Upload.objects.get().pk}/errors" in printed


def test_the_receipt_is_printed_as_the_server_wrote_it(sender):
    receipt = json.loads(sender.send("invoices", "all.json", "--json").stdout)
    assert (receipt["id"], receipt["created"]) == (str(Upload.objects.get().pk), 1)


def test_the_server_is_told_how_many_rows_to_expect(sender):
    sender.send("invoices", "some.json")
    assert Upload.objects.get().terms["expectedRows"] == 2


def test_rejected_rows_land_once_they_are_mended(sender):
    rejected = sender.folder / "rejected.json"
    sender.send("invoices", "some.json", "--lenient", f"--rejected={rejected}")
    rejected.write_text(rejected.read_text().replace('"a lot"', "7"))
    sent = sender.send("invoices", "rejected.json", "--lenient", f"--rejected={rejected}")
    assert (sent.returncode, json.loads(rejected.read_text())) == (0, [BAD | {"invoiceAmount": 7}])
    assert Invoice.objects.get(invoice_number="2").invoice_amount == 7


def test_of_a_strict_upload_there_are_no_rejected_rows_to_keep(sender):
    rejected = sender.folder / "rejected.json"
    sent = sender.send("invoices", "some.json", f"--rejected={rejected}")
    assert "rejected.json was not written: This upload was refused as a whole" in sent.stderr
    assert not rejected.exists()


def test_a_body_over_the_limit_is_told_so(sender, start):
    small = start("gunicorn", UPLOAD_MAX_BYTES=50)
    sent = replace(sender, url=f"http://127.0.0.1:{small.port}").send("invoices", "all.json")
    assert (sent.returncode, "split the array" in sent.stderr) == (2, True)


def test_an_idempotency_key_gives_the_first_receipt_again(sender):
    first, second = (sender.send("invoices", "all.json", "--idempotency-key=night-1") for _ in range(2))
    assert (first.returncode, second.stdout) == (0, first.stdout)
    assert Upload.objects.count() == 1


def test_an_idempotency_key_for_another_file_is_told_so(sender):
    sender.send("invoices", "all.json", "--idempotency-key=night-1")
    sent = sender.send("invoices", "some.json", "--idempotency-key=night-1")
    assert (sent.returncode, "was used within 24 hours for another request" in sent.stderr) == (2, True)


def test_a_line_that_breaks_before_the_answer_costs_nothing(sender, gunicorn):
    with line_that_breaks_once(gunicorn.port) as port:
        sent = replace(sender, url=f"http://127.0.0.1:{port}").send("invoices", "all.json", "--json")
    assert (sent.returncode, json.loads(sent.stdout)["created"]) == (0, 1)
    assert "Trying again in 1 s." in sent.stderr
    assert Upload.objects.count() == 1


def test_a_key_in_use_is_waited_for(sender):
    claim = f"idempotency:{Account.objects.get().pk}:night-1"
    with sender.start("invoices", "all.json", "--idempotency-key=night-1", stderr=subprocess.PIPE) as waiting:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [claim])
            assert waiting.stderr.readline() == "The server answered 409 Conflict. Trying again in 5 s.\n"
        assert waiting.wait(60) == 0
    assert Invoice.objects.count() == 1


def test_where_no_server_listens_the_sender_gives_up(sender):
    with reserved_port() as port:
        sent = replace(sender, url=f"http://127.0.0.1:{port}").send("invoices", "all.json")
    assert sent.returncode == 3
    assert sent.stderr.count("Trying again") == 3
    assert sent.stderr.endswith("Send the file again: nothing is stored twice.\n")
