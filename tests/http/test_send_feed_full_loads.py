"""Full loads by the sender's command, night after night, against the production server."""

import json
from typing import Any

import pytest

from receivables.models import Invoice
from receivables.uploads.models import FullLoad, Upload
from tests.factories import invoice_row
from tests.http.senders import Sender

pytestmark = pytest.mark.django_db(transaction=True)


def rows(count: int) -> list[dict[str, Any]]:
    """Return so many invoices of one company code."""
    return [invoice_row(invoiceNumber=f"F{n}", companyCode="1000") for n in range(count)]


def send(sender: Sender, rows: list[dict[str, Any]], *options: str) -> Any:
    """Send a file of these rows as a full load."""
    (sender.folder / "night.json").write_text(json.dumps(rows))
    return sender.send("invoices", "night.json", "--snapshot", *options)


def still_open() -> list[str]:
    return sorted(Invoice.objects.filter(closed_at=None).values_list("invoice_number", flat=True))


WAYS = {"in one request": [], "in parts": ["--part-rows=40"]}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_the_second_night_closes_exactly_what_it_lacks(sender, way):
    assert send(sender, rows(100), *way).returncode == 0
    sent = send(sender, rows(97), *way)
    assert (sent.returncode, "3 missing items are closed" in sent.stdout) == (0, True), sent.stderr
    assert still_open() == sorted(f"F{n}" for n in range(97))


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_night_that_lacks_most_is_withheld_with_five(sender, way):
    send(sender, rows(100), *way)
    sent = send(sender, rows(41), *way)
    assert (sent.returncode, len(still_open())) == (5, 100), sent.stdout
    assert "none of its 59 missing items is closed" in sent.stderr
    assert "are missing, more than 20 %" in sent.stderr


def test_parts_are_shown_as_the_one_upload_that_they_are(sender):
    lines = [line.split() for line in send(sender, rows(100), "--part-rows=40").stdout.splitlines()]
    assert ["100", "100", "0", "0", "0", "0"] in [line[:6] for line in lines]
    assert ["1000", "100", "1211200", "0", "1211200"] in lines


def test_a_refused_part_closes_nothing_and_gives_up_the_load(sender):
    send(sender, rows(100))
    bad = rows(50)
    bad[45]["invoiceAmount"] = "a lot"
    sent = send(sender, bad, "--part-rows=20")
    assert (sent.returncode, len(still_open())) == (2, 100), sent.stdout
    assert "Part 3 of 3 (rows 41 to 50)" in sent.stderr
    assert FullLoad.objects.latest("began_at").state == "abandoned"
    assert send(sender, rows(99), "--part-rows=20").returncode == 0


def test_the_blank_company_code_can_be_named_alone(sender):
    blank = [row | {"companyCode": ""} for row in rows(2)]
    assert send(sender, blank, "--company-code=").returncode == 0
    assert FullLoad.objects.get().company_codes == [""]


def test_a_file_of_no_rows_is_refused_with_its_remedy(sender):
    sent = send(sender, [])
    assert (sent.returncode, "--allow-empty and --company-code" in sent.stderr) == (2, True), sent.stderr


def test_older_rows_than_those_of_the_last_load_are_refused(sender):
    send(sender, rows(10))
    sent = send(sender, rows(10), "--extracted-at=2026-01-31T18:00:00+01:00")
    assert (sent.returncode, "Send a newer extract" in sent.stderr) == (2, True), sent.stderr


def test_the_same_key_gives_the_same_receipts_of_all_parts(sender):
    first, second = (send(sender, rows(100), "--part-rows=40", "--idempotency-key=night-1") for _ in range(2))
    assert (first.returncode, second.stdout) == (0, first.stdout)
    assert (FullLoad.objects.count(), Upload.objects.count()) == (1, 4)
