"""What the dashboard says of full loads that wait for somebody to confirm them."""

from datetime import timedelta

from django.contrib.auth.models import Permission

from receivables.uploads.models import FullLoad, LoadedCode, LoadState
from tests.apiauth.conftest import signed_in
from tests.config.dashboard import DASHBOARD, shown
from tests.conftest import client_of
from tests.earlier import make_earlier
from tests.factories import AccountFactory, StaffFactory
from tests.uploads.loads import full_load, ledger, withheld_load


def uploading(account):
    """Return what sends rows for an account."""
    client = client_of(account)
    return lambda rows, query: client.post(f"/jsonApi/upload/invoices{query}", rows, format="json")


def test_a_withheld_load_is_on_top_with_its_amounts_and_a_link(own, staff):
    withheld_load(uploading(own))
    page = shown(staff)
    band = page.partition("Withheld full loads")[2].partition("Open in USD")[0]
    assert "company code 1000 withheld for 1 night" in band
    assert "12 items · $1,200.00" in band
    assert f"/admin/uploads/fullload/{FullLoad.objects.get(state='withheld').pk}/change/" in (
        staff.get(DASHBOARD).content.decode()
    )


def test_there_is_one_line_a_code_whatever_nights_it_was_withheld(own, staff):
    withheld_load(uploading(own))
    make_earlier(LoadedCode.objects, timedelta(days=1), "ended_at")
    full_load(uploading(own), ledger(*range(7)))
    page = shown(staff)
    assert page.count("company code 1000") == 1
    assert "company code 1000 withheld for 2 nights" in page
    assert "13 items · $1,300.00" in page


def test_amounts_of_currencies_are_not_added(own, staff):
    send = uploading(own)
    rows = ledger(*range(20)) + ledger(*range(20, 40), currency="EUR")
    full_load(send, rows)
    full_load(send, rows[:8])
    assert "32 items · €2,000.00 · $1,200.00" in shown(staff)


def test_a_code_that_lacks_nothing_is_not_said_to_be_withheld(own, staff):
    send = uploading(own)
    rows = ledger(*range(20)) + ledger(*range(20), companyCode="2000")
    full_load(send, rows, codes="1000,2000")
    full_load(send, rows[12:], codes="1000,2000")
    assert "company code 1000 withheld for 1 night" in shown(staff)
    assert "company code 2000 withheld" not in shown(staff)


def test_of_many_withheld_codes_ten_are_shown_and_the_others_linked(own, staff):
    codes = [str(code) for code in range(1000, 1012)]
    rows = [row for code in codes for row in ledger(1, 2, 3, companyCode=code)]
    full_load(uploading(own), rows, codes=",".join(codes))
    full_load(uploading(own), rows[:1], codes=",".join(codes))
    page = shown(staff)
    assert page.count("withheld for 1 night") == 10
    assert "There are more. See all withheld full loads" in page
    assert "/admin/uploads/fullload/?state__exact=withheld" in staff.get(DASHBOARD).content.decode()


def test_a_load_that_was_superseded_is_not_on_the_dashboard(own, staff):
    withheld_load(uploading(own))
    full_load(uploading(own), ledger(*range(20)))
    assert not FullLoad.objects.filter(state=LoadState.WITHHELD).exists()
    assert "Withheld full loads" not in shown(staff)


def test_the_withheld_loads_of_other_accounts_are_not_shown(own, staff):
    withheld_load(uploading(AccountFactory(name="Stranger")))
    assert "Withheld full loads" not in shown(staff)


def test_who_may_not_view_full_loads_sees_none(own):
    user = StaffFactory()
    user.user_permissions.set(Permission.objects.filter(codename="view_invoice"))
    own.members.add(user)
    withheld_load(uploading(own))
    assert "Withheld full loads" not in shown(signed_in(user))
