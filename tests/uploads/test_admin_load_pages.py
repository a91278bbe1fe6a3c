"""The page of a full load in the admin, and its confirmation after a preview."""

import pytest
from django.contrib.auth.models import Permission

from receivables.models import Invoice
from receivables.uploads.models import FullLoad, LoadState, MissingItem, Upload
from tests.factories import AccountFactory
from tests.uploads.loads import begin, full_load, ledger, ledger_of, open_numbers, send_part, withheld_load
from tests.uploads.staff import LOADS, MANAGER, Uploader, words


@pytest.fixture
def load(upload):
    return withheld_load(upload)


def page(staff, load, path="change/"):
    return words(staff.browser.get(f"{LOADS}{load.pk}/{path}", follow=True))


def confirmed(staff, load):
    return staff.browser.post(f"{LOADS}{load.pk}/confirm/", follow=True)


def test_the_page_of_a_withheld_load_names_reasons_and_sums(manager, load):
    shown = page(manager, load)
    assert "Company code 1000 · Acme withheld" in shown
    assert "1000: the load has 8 items and the last one had 20; it needs 70 % of them." in shown
    assert "1000 USD $2,000.00 20 $1,200.00 12 · 60% $0.00 0" in shown


def test_the_page_lists_the_items_that_it_lacked_with_links_to_them(manager, load):
    content = manager.browser.get(f"{LOADS}{load.pk}/change/").content.decode()
    missing = Invoice.objects.filter(pk__in=MissingItem.objects.values("invoice_id"))
    assert missing.count() == 12
    assert all(f'href="/admin/receivables/invoice/{item.pk}/change/"' in content for item in missing)


def test_items_are_shown_the_largest_first_and_fifty_on_a_page(manager, upload):
    rows = [row | {"invoiceAmount": 100 + at} for at, row in enumerate(ledger(*range(1000, 1060)))]
    full_load(upload, rows + ledger(*range(2000, 2010)))
    full_load(upload, ledger(*range(2000, 2010)))
    load = FullLoad.objects.get(state=LoadState.WITHHELD)
    first, second = page(manager, load), page(manager, load, "change/?page=2")
    assert first.index("1059 4711") < first.index("1058 4711")
    assert ("1009 4711" in first, "1009 4711" in second) == (False, True)
    assert "Items 1 to 50 of 60, the largest first." in first  # on paper, too, where links to pages are not


def test_a_load_that_has_not_ended_does_not_say_that_it_has_no_items(manager, client):
    send_part(client, begin(client), ledger(1, 2), 1)
    assert "Items in it –" in page(manager, FullLoad.objects.get())
    assert "1000 Acme open - -" in words(manager.browser.get(LOADS))


def test_a_reason_has_its_amounts_as_the_reader_writes_them(manager, load):
    assert "items of 1,200 are missing, of 2,000 that are open" in page(manager, load)
    manager.browser.cookies["django_language"] = "de"
    assert "Es fehlen Posten über 1.200 von 2.000, die offen sind" in page(manager, load)


def test_of_many_reasons_the_first_ten_are_shown_and_the_others_unfold(manager, upload):
    codes = [f"{code}" for code in range(1000, 1012)]
    rows = [row for code in codes for row in ledger(*range(3), companyCode=code)]
    full_load(upload, rows, codes=",".join(codes))
    full_load(upload, rows[:3], codes=",".join(codes))
    load = FullLoad.objects.get(state=LoadState.WITHHELD)
    assert "1011: the load has 0 items" in page(manager, load).partition("1 more reason")[2]
    shown = page(manager, load, "confirm/")
    assert "Close 33 items of company codes 1000, 1001, 1002, 1003, 1004, 7 more, Acme?" in shown
    assert "33 items · $3,300.00" in shown


def test_who_may_not_see_invoices_sees_no_items(account, load):
    shown = page(Uploader(account, may=("view_fullload",)), load)
    assert "the load has 8 items" in shown
    assert "Items that it lacked" not in shown


def test_the_preview_of_a_confirmation_says_what_would_close_and_closes_nothing(manager, load):
    shown = page(manager, load, "confirm/")
    assert "Close 12 items of company code 1000, Acme?" in shown
    assert "1000 USD 12 $1,200.00" in shown
    assert len(open_numbers()) == 20


def test_a_confirmation_closes_what_was_previewed_and_leads_to_its_receipt(manager, load):
    answer = confirmed(manager, load)
    assert open_numbers() == [str(number) for number in range(8)]
    shown = words(answer)
    assert "Confirmation of a full load · Acme" in shown
    assert "closed 12" in shown
    upload = Upload.objects.get(kind="confirmation")
    assert (upload.staff_username, upload.closed_count) == (manager.user.username, 12)


def test_an_item_that_came_since_drops_out_of_the_preview_and_stays_open(manager, load, receipt):
    receipt(ledger(19))
    shown = page(manager, load, "confirm/")
    assert "Close 11 items of company code 1000, Acme?" in shown
    assert "1000 USD 1 $100.00" in shown.partition("Dropped out since")[2]
    confirmed(manager, load)
    assert "19" in open_numbers()
    assert "Dropped out (1)" in page(manager, load)


def test_to_confirm_twice_closes_once_and_leads_to_the_same_receipt(manager, load):
    confirmed(manager, load)
    again = confirmed(manager, load)
    upload = Upload.objects.get(kind="confirmation")
    assert again.redirect_chain[-1][0] == f"/admin/uploads/upload/{upload.pk}/change/"


def test_a_load_that_a_later_one_superseded_cannot_be_confirmed(manager, load, upload):
    full_load(upload, ledger(*range(20)))
    assert "This full load is not withheld any more." in words(confirmed(manager, load))
    assert len(open_numbers()) == 20


def test_who_may_only_view_full_loads_cannot_confirm_them(account, load):
    viewer = Uploader(account, may=("view_fullload", "view_invoice"))
    assert "Preview and confirm" not in page(viewer, load)
    assert viewer.browser.get(f"{LOADS}{load.pk}/confirm/").status_code == 403
    assert confirmed(viewer, load).status_code == 403
    assert len(open_numbers()) == 20


@pytest.mark.parametrize("path", ["change/", "confirm/"])
def test_staff_of_another_account_find_no_page_of_a_load(path, load):
    stranger = Uploader(AccountFactory(), may=MANAGER)
    assert stranger.browser.get(f"{LOADS}{load.pk}/{path}").status_code == 404
    assert stranger.browser.post(f"{LOADS}{load.pk}/confirm/").status_code == 404


def test_nobody_changes_adds_or_deletes_a_load(account, load):
    staff = Uploader(account, may=tuple(Permission.objects.values_list("codename", flat=True)))
    pages = [f"{load.pk}/delete/", "add/"]
    assert [staff.browser.get(LOADS + path).status_code for path in pages] == [403, 403]
    assert staff.browser.post(f"{LOADS}{load.pk}/change/").status_code == 403


def test_an_item_that_came_under_another_spelling_is_paired_with_the_new_one(manager, upload):
    full_load(upload, ledger_of(200))
    full_load(upload, ledger_of(199) + ledger("0200", *range(300, 420)))
    load = FullLoad.objects.get(state=LoadState.WITHHELD)
    shown = page(manager, load, "change/?items=near")
    assert "Came under another spelling (1)" in shown
    assert "200 came as 0200 Open the other item" in shown


@pytest.mark.parametrize("query", ["items=no-part", "page=x", "page=-1", "items=near&page=99"])
def test_a_page_of_items_that_is_none_shows_one_that_is(query, manager, load):
    assert manager.browser.get(f"{LOADS}{load.pk}/change/?{query}").status_code == 200


@pytest.mark.parametrize("pk", ["x", "1", "00000000-0000-0000-0000-000000000000"])
def test_a_load_that_is_none_has_no_page(pk, manager, load):
    assert manager.browser.get(f"{LOADS}{pk}/change/").status_code == 404
