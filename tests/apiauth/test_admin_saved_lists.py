"""Lists that staff save under a name: each has one's own, and they show no more than one may see."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from apiauth.models.accounts import SavedList, normalized_query
from tests.factories import AccountFactory, InvoiceFactory, StaffFactory

LIST = "/admin/receivables/invoice/"
SAVE = f"{LIST}saved/"


def staff_of(account):
    user = StaffFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_invoice", "view_customer"]))
    account.members.add(user)
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def staff(account):
    return staff_of(account)


def saved():
    return list(SavedList.objects.values_list("rows", "name", "query"))


def above(response):
    assert response.status_code == 200
    return [one.name for one in response.context.get("saved_lists", [])]


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_a_list_is_saved_as_it_is_filtered_and_found_above_it(staff):
    response = staff.post(SAVE, {"name": "Late euros", "query": "due=overdue&currency=EUR&p=3"}, follow=True)
    assert response.redirect_chain == [(f"{LIST}?currency=EUR&due=overdue", 302)]
    assert saved() == [("receivables.invoice", "Late euros", "currency=EUR&due=overdue")]
    assert above(staff.get(LIST)) == ["Late euros"]
    page = staff.get(LIST, {"due": "overdue", "currency": "EUR"})
    assert page.context["current_list"].name == "Late euros"
    assert "Save this list" not in page.content.decode()


def test_a_list_that_is_not_filtered_is_not_offered_to_be_saved(staff):
    assert "Save this list" not in staff.get(LIST).content.decode()
    assert "Save this list" in staff.get(LIST, {"q": "4711"}).content.decode()


def test_a_name_that_is_used_again_stands_for_the_newer_list(staff):
    for query in ("due=overdue", "due=open"):
        staff.post(SAVE, {"name": "Mine", "query": query})
    assert saved() == [("receivables.invoice", "Mine", "due=open")]


def test_each_list_has_its_own(staff):
    staff.post("/admin/customers/customer/saved/", {"name": "Owing", "query": "items=open"})
    assert above(staff.get(LIST)) == []
    assert above(staff.get("/admin/customers/customer/")) == ["Owing"]


def test_nobody_sees_or_forgets_what_a_colleague_saved(account, staff):
    staff.post(SAVE, {"name": "Mine", "query": "due=open"})
    colleague = staff_of(account)
    assert above(colleague.get(LIST)) == []
    assert colleague.post(f"{SAVE}{SavedList.objects.get().pk}/forget/").status_code == 403
    assert len(saved()) == 1


def test_a_saved_list_is_forgotten_and_the_page_stays(staff):
    staff.post(SAVE, {"name": "Mine", "query": "due=open"})
    response = staff.post(f"{SAVE}{SavedList.objects.get().pk}/forget/")
    assert (response.status_code, response.url, saved()) == (302, f"{LIST}?due=open", [])


def test_a_saved_list_shows_no_rows_of_an_account_that_one_left(account, staff):
    other = AccountFactory()
    InvoiceFactory(account=other, invoice_number="FOREIGN-1")
    staff.post(SAVE, {"name": "Theirs", "query": f"account__id__exact={other.pk}"})
    assert "FOREIGN-1" not in staff.get(f"{LIST}?{SavedList.objects.get().query}").content.decode()


@pytest.mark.parametrize(
    ("name", "query"),
    [("", "due=open"), ("x" * 41, "due=open"), ("N\0", "due=open"), ("N", ""), ("N", "p=2"), ("N", "q=" + "x" * 2000)],
)
def test_what_cannot_be_saved_is_told(name, query, staff):
    response = staff.post(SAVE, {"name": name, "query": query}, follow=True)
    assert (saved(), len(said(response)) > 0) == ([], True)


def test_only_so_many_are_saved(staff):
    for number in range(21):
        response = staff.post(SAVE, {"name": f"{number}", "query": "due=open"}, follow=True)
    assert len(saved()) == 20
    assert said(response) == ["You already have 20 saved lists. Delete one first."]
    staff.post(SAVE, {"name": "7", "query": "due=overdue"})
    assert ("receivables.invoice", "7", "due=overdue") in saved()


def test_where_a_list_is_saved_nobody_is_led_elsewhere(staff):
    response = staff.post(SAVE, {"name": "N", "query": "//evil.example/?q=1"})
    assert response.url.startswith(f"{LIST}?")


def test_whoever_may_not_see_the_list_saves_none(account):
    user = StaffFactory()
    account.members.add(user)
    browser = Client()
    browser.force_login(user)
    assert browser.post(SAVE, {"name": "N", "query": "due=open"}).status_code == 403


def test_a_list_is_not_saved_by_following_a_link(account):
    response = staff_of(account).get(SAVE)
    assert (response.status_code, response.url) == (302, LIST)


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("", ""),
        ("b=2&a=1&a=0", "a=0&a=1&b=2"),
        ("a=&p=3&_popup=1&e=1", ""),
        ("q=%00&name=M%C3%BCller+%26+Co", "name=M%C3%BCller+%26+Co&q=%00"),
    ],
)
def test_what_is_asked_is_written_in_one_way(query, asked):
    assert normalized_query(query) == asked
