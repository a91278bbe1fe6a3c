"""The list of uploads in the admin: what became of each, and how they are found."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apiauth.models import ApiKey
from receivables.uploads.models import Upload
from tests.conftest import client_of
from tests.factories import LENIENT, invoice_row
from tests.uploads.staff import words


def test_the_list_says_in_a_word_what_became_of_each_upload(staff, sent):
    sent([invoice_row()])
    sent([invoice_row(invoiceAmount="many")])
    sent([invoice_row(), invoice_row(invoiceNumber="2", invoiceAmount="many")], headers=LENIENT)
    sent([invoice_row()], query="?dryRun=true")
    page = words(staff.page(""))
    assert all(word in page for word in ("Partially accepted", "Refused", "Dry run: Accepted"))


def test_the_list_takes_as_many_queries_for_fifty_uploads_as_for_one(staff, sent, django_assert_num_queries):
    first = sent([invoice_row()])
    with django_assert_num_queries(8):
        staff.page("")
    for _ in range(49):
        first.pk = None
        first._state.adding = True
        first.save()
    with django_assert_num_queries(8):
        staff.page("")


def test_the_list_loads_no_error_nor_total_of_any_upload(staff, sent, django_assert_num_queries):
    sent([invoice_row(invoiceAmount="many")])
    with django_assert_num_queries(8) as asked:
        staff.page("")
    listed = [query["sql"] for query in asked.captured_queries if 'FROM "uploads_upload"' in query["sql"]]
    assert not any(
        f'"uploads_upload"."{column}"' in sql for sql in listed for column in ("totals", "errors", "warnings")
    )


FILTERS = {
    "outcome": ("outcome__exact=accepted", "outcome__exact=refused"),
    "state": ("state__exact=finished", "state__exact=queued"),
    "resource": ("resource__exact=invoices", "resource__exact=customers"),
    "dry run": ("is_dry_run__exact=0", "is_dry_run__exact=1"),
    "sent by staff": ("api_key__isnull=False", "api_key__isnull=True"),
}


@pytest.mark.parametrize(("of_it", "of_others"), FILTERS.values(), ids=FILTERS)
def test_the_list_is_filtered(of_it, of_others, staff, sent):
    upload = str(sent([invoice_row()]).pk)
    assert upload in staff.page(f"?{of_it}").content.decode()
    assert upload not in staff.page(f"?{of_others}").content.decode()


def test_the_list_is_filtered_by_key(staff, account, sent):
    first = sent([invoice_row()])
    client_of(account).post("/jsonApi/upload/invoices", [invoice_row()])
    second = Upload.objects.latest("created_at")
    page = staff.page(f"?api_key__id__exact={first.api_key_id}").content.decode()
    assert str(first.pk) in page
    assert str(second.pk) not in page


def test_the_list_is_filtered_by_days_the_last_one_included(staff, sent):
    early, late = sent([invoice_row()]), sent([invoice_row()])
    Upload.objects.filter(pk=early.pk).update(created_at=timezone.now() - timedelta(days=3))
    today = timezone.now().date()
    page = staff.page(f"?created_at_from={today}&created_at_to={today}").content.decode()
    assert str(late.pk) in page
    assert str(early.pk) not in page


def test_the_filter_by_key_names_no_key_of_another_account(staff, other_account, sent):
    ApiKey.objects.issue(other_account, name="Foreign feed")
    sent([invoice_row()])
    assert "Foreign feed" not in words(staff.page(""))
