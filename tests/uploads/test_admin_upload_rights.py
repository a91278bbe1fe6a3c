"""Who may upload a file by hand, into which account, and who finds it at any of its steps."""

import pytest

from receivables.uploads.models import Upload
from tests.factories import invoice_row
from tests.uploads.staff import ADD, Uploader, rows_file, words

GOOD = rows_file(invoice_row(), invoice_row(invoiceNumber="2", invoiceAmount=100, currency="EUR"))


def test_who_belongs_to_no_account_is_told_whom_to_ask(db):
    assert "You are not a member of an account that accepts uploads." in words(Uploader().page("add/"))


def test_a_disabled_account_takes_no_file(uploader, account):
    account.is_active = False
    account.save()
    assert "Select a valid choice" in words(uploader.choose("night.json", GOOD))


STEPS = ["confirm", "handling", "discard", "columns"]


@pytest.mark.parametrize("step", STEPS)
def test_a_colleague_of_the_same_account_finds_no_such_file(step, uploader, account):
    uploader.choose("night.json", GOOD)
    colleague = Uploader(account)
    assert colleague.go(step, uploader.draft()).status_code == 404
    assert not Upload.objects.filter(is_dry_run=False).exists()


@pytest.mark.parametrize("step", STEPS)
def test_who_left_the_account_finds_no_such_file(step, uploader, account):
    uploader.choose("night.json", GOOD)
    account.members.remove(uploader.user)
    assert uploader.go(step).status_code == 404


def test_the_account_of_others_cannot_be_chosen(uploader, other_account):
    page = uploader.choose("night.json", GOOD, account=other_account.pk)
    assert "Select a valid choice" in words(page)
    assert "Another" not in words(page)


@pytest.mark.parametrize("step", STEPS)
def test_who_may_not_upload_is_refused_at_every_step(step, uploader, account):
    uploader.choose("night.json", GOOD)
    uploader.user.user_permissions.clear()
    assert uploader.go(step).status_code == 403


def test_who_may_look_alone_is_offered_no_upload(account):
    viewer = Uploader(account, may=("view_upload",))
    assert viewer.browser.get(ADD).status_code == 403
    assert ADD not in viewer.page("").content.decode()
