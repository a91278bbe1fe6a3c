"""The database itself keeps rows of two accounts apart, whatever the code does."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from receivables.models import OpenBalance
from receivables.uploads.models import RejectedRow, Upload
from tests.factories import AccountFactory, CustomerFactory


@pytest.fixture
def other_account(db):
    return AccountFactory()


def upload_of(account):
    return Upload.objects.create(account=account, staff_username="ada", resource="invoices", duration=timedelta(0))


@pytest.mark.django_db(transaction=True)  # the machines of a cluster check when a transaction ends, and not before
def test_a_row_cannot_belong_to_one_of_another_account(account, other_account):
    upload, customer = upload_of(other_account), CustomerFactory(account=other_account)
    with pytest.raises(IntegrityError, match="uploads_rejectedrow_upload"):
        RejectedRow.objects.create(account=account, upload_id=upload.pk, index=0, text="", errors=[])
    with pytest.raises(IntegrityError, match="open_balances_customer"):
        OpenBalance.objects.create(account=account, customer_id=customer.pk, currency="EUR", amount=1)


def test_a_row_that_is_made_from_another_gets_its_account(other_account):
    upload = upload_of(other_account)
    row = upload.rejected_rows.create(index=0, text="", errors=[])
    assert row.account == other_account
    assert list(upload.rejected_rows.all()) == [row]
