"""Pairs that expire, their warnings, and those that take their place."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.utils import timezone
from rest_framework.test import APIClient

from apiauth.models import ApiKey, KeyState
from tests.apiauth.conftest import admin_url

CHANGELIST = "/admin/apiauth/apikey/"
BANNER = "A key pair that is in use expires within 14 days"


def after(**length):
    return timezone.now() + timedelta(**length)


def from_now(moments):
    return {name: None if length is None else timezone.now() + length for name, length in moments.items()}


STATES = {
    KeyState.LIVE: {"expires_at": None},
    KeyState.EXPIRES_SOON: {"expires_at": timedelta(days=14)},
    KeyState.EXPIRED: {"expires_at": timedelta(0)},
    KeyState.REVOKED: {"expires_at": timedelta(days=1), "revoked_at": timedelta(0)},
}


@pytest.fixture
def pairs(own):
    """One pair in each state, beside the live one that every account has."""
    made = {}
    for state, moments in STATES.items():
        row, _ = ApiKey.objects.issue(own, name=f"feed {state}")
        made[state] = row
        ApiKey.objects.filter(pk=row.pk).update(**from_now(moments))
    return made


@pytest.mark.parametrize("state", KeyState)
def test_a_pair_says_its_state_as_the_list_finds_it(state, pairs, staff):
    page = staff.get(CHANGELIST, {"state": state}).content.decode()
    shown = {each for each in KeyState if f">feed {each}<" in page}
    assert ApiKey.objects.get(pk=pairs[state].pk).state == state
    assert shown == {state}
    assert re.search(rf">\s*{state.label}\s*<", page)


def test_the_list_is_narrowed_by_scope(own, staff):
    ApiKey.objects.issue(own, name="reader", scopes=["read"])
    page = staff.get(CHANGELIST, {"scope": "upload"}).content.decode()
    assert ">reader<" not in page
    assert own.api_keys.get(name="").key in page


def test_the_list_tells_when_a_pair_was_used_last(own, staff):
    ApiKey.objects.filter(account=own).update(last_used_at=after(minutes=-3))
    assert "3\xa0minutes ago" in staff.get(CHANGELIST).content.decode()


@pytest.fixture
def in_use(own):
    """A pair that expires in a week and was used yesterday."""
    row, _ = ApiKey.objects.issue(own, name="SAP feed", expires_at=after(days=7))
    ApiKey.objects.filter(pk=row.pk).update(last_used_at=after(days=-1))
    return row


def test_a_pair_in_use_that_expires_soon_is_warned_of_on_the_list_and_on_every_page(in_use, staff):
    assert BANNER in staff.get(CHANGELIST).content.decode()
    for page in ("/admin/", CHANGELIST):
        assert '<span class="sr-only">1 expires soon</span>' in staff.get(page).content.decode()


CALM = {
    "it is not used": {"last_used_at": None},
    "it was used long ago": {"last_used_at": timedelta(days=-31)},
    "it expires much later": {"expires_at": timedelta(days=15)},
    "it has expired": {"expires_at": timedelta(seconds=-1)},
    "it is revoked": {"revoked_at": timedelta(0)},
}


@pytest.mark.parametrize("moments", CALM.values(), ids=CALM)
def test_a_pair_that_nobody_will_miss_soon_is_not_warned_of(moments, in_use, staff):
    ApiKey.objects.filter(pk=in_use.pk).update(**from_now(moments))
    page = staff.get(CHANGELIST).content.decode()
    assert BANNER not in page
    assert "expires soon</span>" not in page


def test_a_foreign_pair_is_not_warned_of(in_use, foreign, staff):
    ApiKey.objects.filter(pk=in_use.pk).update(account=foreign)
    assert "expires soon</span>" not in staff.get("/admin/").content.decode()


def test_staff_who_may_not_see_keys_are_not_warned(own, in_use, staff):
    own.members.get().user_permissions.set(Permission.objects.filter(codename="view_invoice"))
    assert "expires soon</span>" not in staff.get("/admin/").content.decode()


def replace(browser, pair, **fields):
    return browser.post(admin_url(pair, "replace_one"), {"overlap": "1d"} | fields)


def whoami(response):
    key, secret = (re.search(rf'id="shown-{part}"[^>]*>([^<]+)<', response.content.decode())[1] for part in PARTS)
    return APIClient().get("/jsonApi/whoami", headers={"api_key": key, "api_secret": secret})


PARTS = ("key", "secret")


def test_a_successor_has_account_name_and_scopes_and_logs_in(own, in_use, staff):
    ApiKey.objects.filter(pk=in_use.pk).update(scopes=["read"])
    response = replace(staff, in_use)
    successor = ApiKey.objects.get(replaces=in_use)
    assert (successor.account, successor.name, successor.scopes) == (own, "SAP feed", ["read"])
    assert successor.expires_at is None
    assert "no-store" in response["Cache-Control"]
    assert whoami(response).json()["key"] == successor.key


OVERLAPS = {"1h": timedelta(hours=1), "1d": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}


@pytest.mark.parametrize("overlap", OVERLAPS)
def test_the_pair_that_is_replaced_logs_in_until_the_overlap_is_over(overlap, own, staff):
    old = own.api_keys.get()
    replace(staff, old, overlap=overlap)
    old.refresh_from_db()
    assert abs(old.expires_at - (timezone.now() + OVERLAPS[overlap])) < timedelta(minutes=1)


def test_an_overlap_lets_no_pair_live_longer_than_it_would_have(in_use, staff):
    replace(staff, in_use, overlap="30d")
    assert ApiKey.objects.get(pk=in_use.pk).expires_at == in_use.expires_at


def test_a_pair_that_is_replaced_is_not_warned_of_any_more(in_use, staff):
    replace(staff, in_use, overlap="7d")
    assert "expires soon</span>" not in staff.get("/admin/").content.decode()


def test_a_replacement_that_is_sent_twice_makes_one_pair(own, in_use, staff):
    replace(staff, in_use)
    again = staff.post(admin_url(in_use, "replace_one"), {"overlap": "30d"}, follow=True)
    assert b"sk_" not in again.content
    assert b"This pair was already replaced" in again.content
    assert own.api_keys.filter(name="SAP feed").count() == 2


@pytest.mark.parametrize("moment", ["revoked_at", "expires_at"])
def test_a_pair_that_logs_in_no_more_is_not_replaced(moment, own, in_use, staff):
    ApiKey.objects.filter(pk=in_use.pk).update(**{moment: timezone.now()})
    assert b"sk_" not in replace(staff, in_use).content
    assert own.api_keys.filter(name="SAP feed").count() == 1


def test_a_successor_expires_when_it_is_told_to(in_use, staff):
    replace(staff, in_use, expires_at_0="2099-12-31", expires_at_1="12:00:00")
    assert ApiKey.objects.get(replaces=in_use).expires_at.isoformat() == "2099-12-31T12:00:00+00:00"


def test_both_pairs_name_each_other_and_so_does_the_log(in_use, staff):
    replace(staff, in_use)
    successor = ApiKey.objects.get(replaces=in_use)
    for one, other in ((in_use, successor), (successor, in_use)):
        assert admin_url(other) in staff.get(admin_url(one)).content.decode()
        assert other.key in LogEntry.objects.get(object_id=one.pk).change_message


def test_a_foreign_pair_is_not_replaced(foreign, staff):
    response = replace(staff, foreign.api_keys.get())
    assert response.status_code == 404
    assert foreign.api_keys.count() == 1


def test_the_page_of_a_pair_tells_what_is_in_use_of_its_quotas(own, staff, settings):
    settings.RATE_LIMITS = {"read": 100, "upload": 0, "report": 600}
    _, pair = ApiKey.objects.issue(own, name="reader")
    headers = {"api_key": pair.key, "api_secret": pair.secret}
    for _ in range(3):
        APIClient().get("/jsonApi/invoices", headers=headers)
    page = staff.get(admin_url(own.api_keys.get(name="reader"))).content.decode()
    number = r'<td class="is-number">(\d+)</td>'
    cells = re.findall(rf'<th scope="row">(\w+)[^<]*</th>{number}{number}', page)
    assert [(name, int(quota)) for name, _, quota in cells] == [("read", 100), ("report", 600)]
    assert 1 <= int(cells[0][1]) <= 3


def test_the_page_of_a_pair_leads_to_its_uploads(own, staff):
    pair = own.api_keys.get()
    assert f"/admin/uploads/upload/?api_key__id__exact={pair.pk}" in staff.get(admin_url(pair)).content.decode()


def test_list_and_page_ask_as_much_of_many_pairs_as_of_one(own, in_use, staff, django_assert_num_queries):
    for _ in range(20):
        in_use = in_use.replace(timedelta(days=30))[0]
    staff.get(admin_url(in_use))  # content types are kept
    with django_assert_num_queries(9):
        staff.get(CHANGELIST)
    with django_assert_num_queries(11):
        staff.get(admin_url(in_use))
