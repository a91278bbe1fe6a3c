"""The list of full loads in the admin: first by company code, then all of them."""

from datetime import timedelta

import pytest

from receivables.uploads.models import FullLoad, LoadedCode
from tests.conftest import client_of
from tests.earlier import make_earlier
from tests.factories import AccountFactory
from tests.uploads.loads import full_load, ledger, withheld_load
from tests.uploads.staff import LOADS, Uploader, words


def listed(staff, query=""):
    answer = staff.browser.get(LOADS + query)
    assert answer.status_code == 200
    return words(answer)


def by_code(staff, query=""):
    return listed(staff, query).partition("Company codes")[2].partition("Sent by")[0]


def earlier(days, **of):
    """Let loads and what they lacked be so many days older."""
    make_earlier(LoadedCode.objects.filter(**of), timedelta(days=days), "ended_at")


def test_a_company_code_is_shown_with_what_closed_in_14_days_and_its_share(viewer, upload):
    full_load(upload, ledger(*range(40)))
    full_load(upload, ledger(*range(38)))
    full_load(upload, ledger(*range(36)))
    shown = by_code(viewer)
    assert "1000 closed what it lacks 36" in shown
    assert "4 10% $400.00 10%" in shown


def test_each_currency_that_closed_has_a_line_of_its_own(viewer, upload):
    rows = ledger(*range(20)) + ledger(*range(20, 40), currency="EUR")
    full_load(upload, rows)
    full_load(upload, rows[1:-1])
    content = viewer.browser.get(LOADS).content.decode()
    assert "<div>€100.00 <small>5%</small></div><div>$100.00 <small>5%</small></div>" in content


def test_an_account_without_full_loads_reads_what_one_is(viewer):
    assert "No full load has come yet." in listed(viewer)
    assert "No full load has come yet." not in listed(viewer, "?company_code=1000")


def test_what_closed_earlier_is_no_part_of_the_14_days(viewer, upload):
    full_load(upload, ledger(*range(40)))
    full_load(upload, ledger(*range(38)))
    earlier(15)
    full_load(upload, ledger(*range(37)))
    assert "1 3% $100.00 3%" in by_code(viewer)


def test_a_code_says_for_how_many_nights_its_loads_are_withheld(viewer, upload):
    withheld_load(upload)
    earlier(2)
    full_load(upload, ledger(*range(9)))
    assert "withheld for 2 nights 9" in by_code(viewer)


def test_the_nights_begin_again_after_a_load_that_closed(viewer, upload):
    withheld_load(upload)
    earlier(3)
    full_load(upload, ledger(*range(20)))
    earlier(1)
    full_load(upload, ledger(*range(9)))
    assert "withheld for 1 night 9" in by_code(viewer)


def test_each_load_is_listed_with_what_it_lacked(viewer, upload):
    withheld_load(upload)
    assert "1000 Acme withheld 8 12 items $1,200.00" in listed(viewer)


def test_the_blank_company_code_has_a_name(viewer, upload):
    full_load(upload, ledger(1, companyCode=""), codes=",")
    assert "blank company code" in by_code(viewer)


def test_loads_are_filtered_by_company_code_and_so_is_what_is_above(viewer, upload):
    for code in ("1000", "2000", ""):
        full_load(upload, ledger(1, companyCode=code), codes=code or ",")
    found = listed(viewer, "?company_code=2000")
    assert ("2000 Acme" in found, "1000 Acme" in found) == (True, False)
    assert "1 full load" in listed(viewer, "?company_code=%3D")


@pytest.mark.parametrize("query", ["state__exact=withheld", "form__exact=request", "company_code=1000"])
def test_the_list_is_filtered(query, viewer, upload):
    withheld_load(upload)
    assert "1000 Acme withheld" in listed(viewer, f"?{query}")


def test_staff_see_the_loads_of_their_own_accounts_alone(viewer, upload):
    stranger = client_of(AccountFactory(name="Stranger"))
    stranger.post("/jsonApi/upload/invoices?snapshot=true&companyCodes=9999", ledger(1, companyCode="9999"))
    full_load(upload, ledger(1))
    assert FullLoad.objects.count() == 2
    assert "9999" not in listed(viewer)


def test_the_list_takes_as_many_queries_for_many_loads_as_for_one(viewer, upload, django_assert_num_queries):
    full_load(upload, ledger(*range(40)))
    with django_assert_num_queries(13):
        listed(viewer)
    for night in range(1, 4):
        full_load(upload, ledger(*range(40 - night)))
        full_load(upload, ledger(*range(night), companyCode=f"{night}"), codes=f"{night}")
    with django_assert_num_queries(13):
        listed(viewer)


def test_who_may_not_view_full_loads_finds_no_list(account):
    assert Uploader(account, may=("view_upload",)).browser.get(LOADS).status_code == 403
