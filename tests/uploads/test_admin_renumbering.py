"""Leave for the next full load to bring items under other numbers, as staff give it in the admin."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from receivables.uploads.models import FullLoad, RenumberingPass, Upload
from tests.factories import AccountFactory
from tests.uploads.loads import begin, full_load, ledger, ledger_of, send_part, status_and_code
from tests.uploads.staff import LOADS, Uploader, words

PAGE = f"{LOADS}renumbering/"
PADDED = [f"00{number}" for number in range(1, 11)]


@pytest.fixture
def refused(upload):
    """A night whose numbers are padded otherwise, which was refused."""
    full_load(upload, ledger_of(10))
    assert full_load(upload, ledger(*PADDED))["errors"][0]["code"] == "renumbered"
    return Upload.objects.latest("created_at")


def let_pass(staff, query, codes=("=1000",), **more):
    return staff.browser.post(PAGE + query, {"codes": list(codes), **more}, follow=True)


def test_the_receipt_of_a_renumbered_load_leads_to_the_page_that_lets_the_next_one_pass(manager, refused):
    receipt = manager.page(f"{refused.pk}/change/").content.decode()
    assert f'href="{PAGE}?upload={refused.pk}"' in receipt
    content = manager.browser.get(f"{PAGE}?upload={refused.pk}").content.decode()
    assert 'value="=1000"' in content
    assert "checked" in content


def test_the_next_load_passes_once_staff_allow_it_and_the_one_after_that_does_not(manager, refused, upload):
    shown = words(let_pass(manager, f"?upload={refused.pk}"))
    assert "the next full load of company code 1000 may bring items under other numbers." in shown
    assert "the next one may renumber items until" in shown
    assert full_load(upload, ledger(*PADDED))["created"] == 10
    again = full_load(upload, ledger(*(f"0{number}" for number in PADDED)))
    assert again["errors"][0]["code"] == "renumbered"


def test_the_leave_lasts_a_day_and_is_given_by_whoever_gave_it_last(manager, refused):
    for _ in range(2):
        let_pass(manager, f"?upload={refused.pk}")
    [given] = RenumberingPass.objects.all()
    assert timedelta(hours=23) < given.expires_at - timezone.now() <= timedelta(days=1)
    assert (given.company_code, given.staff_username) == ("1000", manager.user.username)


@pytest.mark.parametrize("state", ["abandoned", "expired"])
def test_leave_that_a_load_used_which_came_to_nothing_holds_for_the_next_one(state, manager, refused, client):
    let_pass(manager, f"?upload={refused.pk}")
    first = begin(client)
    assert send_part(client, first, ledger(*PADDED[:5]), 1).json()["created"] == 5
    if state == "abandoned":
        client.delete(first)
    FullLoad.objects.filter(form="parts").update(state=state)
    second = begin(client)
    assert send_part(client, second, ledger(*PADDED[5:]), 2).json()["created"] == 5
    client.post(f"{second}/commit")
    again = send_part(client, begin(client), ledger(*(f"0{number}" for number in PADDED)))
    assert status_and_code(again) == (409, "renumbered")


def test_leave_given_while_another_was_given_is_one(manager, refused, account):
    """As two clicks at once leave it, neither of which saw the other's."""
    given = RenumberingPass(account=account, company_code="1000", staff_username="other", expires_at=timezone.now())
    given.expires_at += timedelta(hours=1)
    given.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        RenumberingPass(account=account, company_code="1000", expires_at=given.expires_at).save()
    assert let_pass(manager, f"?upload={refused.pk}").status_code == 200
    assert RenumberingPass.objects.get().staff_username == manager.user.username


def test_leave_that_is_withdrawn_is_none(manager, refused, upload, account):
    let_pass(manager, f"?account={account.pk}")
    given = RenumberingPass.objects.get()
    manager.browser.post(f"{PAGE}?account={account.pk}", {"withdraw": given.pk})
    assert full_load(upload, ledger(*PADDED))["errors"][0]["code"] == "renumbered"


def test_leave_is_given_for_the_blank_code_and_for_one_that_no_load_had(manager, refused, account):
    page = let_pass(manager, f"?account={account.pk}", codes=[], other="7000")
    assert "the next full load of company code 7000 may" in words(page)
    assert RenumberingPass.objects.get().company_code == "7000"


def test_without_a_company_code_nothing_is_allowed(manager, refused, account):
    answer = let_pass(manager, f"?account={account.pk}", codes=[])
    assert answer.status_code == 400
    assert "Choose at least one company code." in words(answer)
    assert not RenumberingPass.objects.exists()


@pytest.mark.parametrize("sent", [{"codes": ["=9"]}, {"other": "x" * 33}, {"other": "a\0b"}, {"withdraw": "x"}])
def test_what_the_form_does_not_offer_allows_nothing(sent, manager, refused, account):
    answer = manager.browser.post(f"{PAGE}?account={account.pk}", sent)
    assert answer.status_code in (302, 400)
    assert not RenumberingPass.objects.exists()


def test_who_may_not_confirm_full_loads_allows_nothing(account, refused):
    viewer = Uploader(account, may=("view_fullload", "view_upload"))
    assert let_pass(viewer, f"?upload={refused.pk}").status_code == 403
    assert PAGE not in viewer.page(f"{refused.pk}/change/").content.decode()


@pytest.mark.parametrize("query", ["", "?upload=x", "?load=00000000-0000-0000-0000-000000000000", "?account=0"])
def test_an_address_that_names_nothing_is_not_found(query, manager, refused):
    assert manager.browser.get(PAGE + query).status_code == 404


def test_staff_of_another_account_allow_nothing(refused, account):
    stranger = Uploader(AccountFactory(), may=("view_fullload", "confirm_fullload"))
    for query in (f"?upload={refused.pk}", f"?account={account.pk}"):
        assert let_pass(stranger, query).status_code == 404
