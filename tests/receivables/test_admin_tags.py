"""The page of tags: how many invoices carry each, renaming, merging and deleting them."""

from threading import Thread
from time import sleep

import pytest
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.auth.models import Group
from django.db import connection, transaction

from receivables.models import Invoice
from receivables.models.notes_and_tags import InvoiceTag, Tag
from tests.apiauth.conftest import signed_in
from tests.cluster import is_waiting
from tests.factories import AccountFactory, InvoiceFactory, StaffFactory
from tests.receivables.admin_pages import LIST, collector

TAGS = "/admin/receivables/tag/"
MAY = ["view_tag", "change_tag", "delete_tag", "view_invoice"]


@pytest.fixture
def browser(account):
    return collector(account, permissions=MAY)


def tagged(account, name, *invoices):
    tag = Tag.objects.create(account=account, name=name)
    InvoiceTag.objects.bulk_create(InvoiceTag(invoice=invoice, tag=tag, author_username="ann") for invoice in invoices)
    return tag


def rename(browser, tag, name, **told):
    return browser.post(f"{TAGS}{tag.pk}/change/", {"name": name, **told})


def carriers(tag):
    return set(tag.invoices.values_list("pk", flat=True))


def test_the_list_says_how_many_invoices_carry_a_tag_and_leads_to_them(browser, account):
    tagged(account, "VIP & co", InvoiceFactory(account=account), InvoiceFactory(account=account))
    InvoiceFactory(account=account)
    page = browser.get(TAGS).content.decode()
    address = f"{LIST}?tag=VIP+%26+co&amp;account__id__exact={account.pk}"
    assert f'<a class="row-link" href="{address}">2</a>' in page
    assert len(browser.get(address.replace("&amp;", "&")).context["cl"].result_list) == 2


def test_the_list_takes_as_many_queries_for_many_tags_as_for_one(browser, account, django_assert_num_queries):
    tagged(account, "0", InvoiceFactory(account=account))
    with django_assert_num_queries(8):
        browser.get(TAGS)
    for number in range(1, 30):
        tagged(account, str(number), InvoiceFactory(account=account))
    with django_assert_num_queries(8):
        browser.get(TAGS)


def test_a_renamed_tag_stays_on_its_invoices_and_the_change_is_logged(browser, account):
    invoice = InvoiceFactory(account=account)
    tag = tagged(account, "Disputd", invoice)
    assert rename(browser, tag, "Disputed").status_code == 302
    assert [(one.name, one.invoices.get()) for one in Tag.objects.all()] == [("Disputed", invoice)]
    assert [(entry.action_flag, entry.object_repr) for entry in LogEntry.objects.all()] == [(CHANGE, "Disputed")]


def test_the_capitals_of_a_tag_alone_can_be_changed(browser, account):
    tag = tagged(account, "vip")
    rename(browser, tag, "VIP")
    assert Tag.objects.get().name == "VIP"


def test_a_name_that_is_taken_is_refused_unless_the_tags_are_to_be_one(browser, account):
    tag, other = tagged(account, "late"), tagged(account, "Overdue")
    page = rename(browser, tag, "overdue")
    assert "There is already a tag “Overdue”." in page.content.decode()
    assert set(Tag.objects.values_list("pk", "name")) == {(tag.pk, "late"), (other.pk, "Overdue")}


def test_a_merged_tag_is_on_the_invoices_of_both_once(browser, account):
    own, common, others = InvoiceFactory.create_batch(3, account=account)
    tag, other = tagged(account, "late", own, common), tagged(account, "Overdue", common, others)
    assert rename(browser, tag, "overdue", is_merged="on").status_code == 302
    assert Tag.objects.get().name == "overdue"
    assert carriers(Tag.objects.get()) == {own.pk, common.pk, others.pk}
    assert not InvoiceTag.objects.filter(tag_id=other.pk).exists()


def test_a_merger_is_logged_of_both_tags(browser, account):
    tag, other = tagged(account, "late"), tagged(account, "Overdue")
    rename(browser, tag, "overdue", is_merged="on")
    entries = LogEntry.objects.order_by("pk").values_list("action_flag", "object_id", "change_message")
    assert list(entries) == [(DELETION, str(other.pk), ""), (CHANGE, str(tag.pk), "Merged with “Overdue”.")]


def test_a_tag_of_the_same_name_in_another_account_is_left_alone(browser, account):
    foreign = tagged(AccountFactory(), "VIP")
    tag = tagged(account, "vip2")
    assert rename(browser, tag, "VIP", is_merged="on").status_code == 302
    assert set(Tag.objects.values_list("pk", "name")) == {(foreign.pk, "VIP"), (tag.pk, "VIP")}


def test_what_is_to_be_deleted_says_how_many_invoices_lose_it(browser, account):
    tag = tagged(account, "VIP", *InvoiceFactory.create_batch(2, account=account))
    assert (
        "It is removed from 2 invoices. The invoices stay." in browser.get(f"{TAGS}{tag.pk}/delete/").content.decode()
    )


def test_a_deleted_tag_is_off_its_invoices_which_stay(browser, account):
    tag = tagged(account, "VIP", InvoiceFactory(account=account))
    browser.post(f"{TAGS}{tag.pk}/delete/", {"post": "yes"})
    assert (Tag.objects.count(), InvoiceTag.objects.count(), Invoice.objects.count()) == (0, 0, 1)
    assert LogEntry.objects.get().action_flag == DELETION


def test_several_tags_are_deleted_at_once_each_with_its_invoices_told(browser, account):
    first, second = tagged(account, "a", InvoiceFactory(account=account)), tagged(account, "b")
    asked = {"action": "delete_selected", "_selected_action": [first.pk, second.pk]}
    page = browser.post(TAGS, asked).content.decode()
    assert "It is removed from 1 invoice. The invoice stays." in page
    assert "It is removed from 0 invoices. The invoices stay." in page
    browser.post(TAGS, asked | {"post": "yes"})
    assert not Tag.objects.exists()


@pytest.mark.parametrize("page", ["change", "delete", "history"])
def test_a_tag_of_another_account_is_not_found(page, browser, account):
    foreign = tagged(AccountFactory(name="Another"), "Hush")
    assert "Hush" not in browser.get(TAGS).content.decode()
    assert "Hush" not in browser.get(f"{TAGS}{foreign.pk}/{page}/", follow=True).content.decode()


def test_a_tag_of_another_account_is_neither_renamed_nor_deleted(browser):
    foreign = tagged(AccountFactory(), "Hush")
    rename(browser, foreign, "mine")
    browser.post(f"{TAGS}{foreign.pk}/delete/", {"post": "yes"})
    browser.post(TAGS, {"action": "delete_selected", "_selected_action": [foreign.pk], "post": "yes"})
    assert Tag.objects.get().name == "Hush"


def test_whoever_may_only_look_sees_a_tag_and_changes_nothing(account):
    tag = tagged(account, "VIP")
    browser = collector(account, permissions=["view_tag"])
    assert browser.get(f"{TAGS}{tag.pk}/change/").status_code == 200
    assert rename(browser, tag, "mine").status_code == 403


def test_nobody_makes_a_tag_without_an_invoice(browser):
    assert browser.get(f"{TAGS}add/").status_code == 403


@pytest.mark.parametrize(("group", "status"), [("Viewer", 403), ("Collector", 200), ("Administrator", 200)])
def test_collectors_and_administrators_alone_have_the_page(group, status, account):
    user = StaffFactory()
    user.groups.add(Group.objects.get(name=group))
    account.members.add(user)
    browser = signed_in(user)
    assert browser.get(TAGS).status_code == status
    assert (TAGS in browser.get(LIST).content.decode()) == (status == 200)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("vip", "Vip"),
        ("VIP", "Vip"),
        ("\N{KELVIN SIGN}elvin", "kelvin"),
        ("stra\N{LATIN SMALL LETTER SHARP S}e", "Stra\N{LATIN SMALL LETTER SHARP S}e"),
    ],
)
def test_an_invoice_gets_the_tag_of_that_name_however_it_is_written(name, known, account):
    tag, invoice = tagged(account, known), InvoiceFactory(account=account)
    browser = collector(account, permissions=["view_invoice", "view_tag", "add_invoicetag"])
    assert browser.post(f"{LIST}{invoice.pk}/tags/", {"name": name}).status_code == 302
    assert (carriers(tag), Tag.objects.count()) == ({invoice.pk}, 1)
    assert f"{LIST}{invoice.pk}/change/" in browser.get(LIST, {"tag": known}).content.decode()


def test_where_there_is_no_tag_staff_are_told_how_one_comes_to_be(browser):
    assert "You create tags on the page of an invoice." in browser.get(TAGS).content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_who_name_tags_alike_at_the_same_moment_are_both_answered(browser, account):
    tag = tagged(account, "late")
    answers = []

    def rename_late():
        answers.append(rename(browser, tag, "overdue"))
        connection.close()

    slower = Thread(target=rename_late)
    with transaction.atomic():
        tagged(account, "Overdue")
        slower.start()
        while not is_waiting():
            sleep(0.01)
    slower.join()
    [answer] = answers
    assert (answer.status_code, answer.url) == (302, f"{TAGS}{tag.pk}/change/")
    assert "at the same moment" in browser.get(answer.url).content.decode()
    assert set(Tag.objects.values_list("name", flat=True)) == {"late", "Overdue"}
