"""The labels of items in the admin."""

from datetime import timedelta
from decimal import Decimal

import pytest

from receivables.admin.shared.cells import BUCKET_NAMES, bucket_label, days_overdue, parts, status_label, with_buckets
from receivables.models import Invoice, today
from tests.factories import InvoiceFactory

DAYS_TO_BUCKET = [(0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4)]


def test_every_bucket_of_the_report_has_a_name():
    assert len(BUCKET_NAMES) == len(parts())


@pytest.mark.parametrize(("days", "place"), DAYS_TO_BUCKET)
def test_an_item_lies_in_the_bucket_of_its_days(db, days, place):
    InvoiceFactory(due_date=today() - timedelta(days=days))
    assert with_buckets(Invoice.objects.all()).get().bucket == place


def test_a_bucket_says_in_text_what_its_colour_says():
    assert bucket_label(4) == '<span class="tone is-bucket-4">over 90 days</span>'


@pytest.mark.parametrize(("amount", "text"), [(Decimal(0), "settled"), (None, "no amount")])
def test_what_lies_in_no_bucket_says_why(amount, text):
    assert f">{text}<" in bucket_label(None, amount)


def test_a_status_stays_as_the_feed_wrote_it():
    assert status_label("<Open>") == '<span class="tone">&lt;Open&gt;</span>'


def test_an_item_without_a_status_has_no_label():
    assert status_label("") is None


@pytest.mark.parametrize(
    ("days", "amount", "overdue"),
    [(1, 5, 1), (0, 5, None), (-1, 5, None), (7, None, 7), (7, -5, None), (7, 0, None)],
    ids=["yesterday", "today", "tomorrow", "amount unknown", "credit", "settled"],
)
def test_days_overdue_count_from_the_day_after(days, amount, overdue):
    assert days_overdue(today() - timedelta(days=days), amount) == overdue


def test_an_item_without_a_due_date_is_not_known_to_be_overdue():
    assert days_overdue(None, Decimal(5)) is None
