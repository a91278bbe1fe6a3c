"""What a reader writes when their login ends before they send it, or when the form is older than the login."""

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session

from receivables.models.notes_and_tags import InvoiceNote
from tests.browser.back_office import PASSWORD
from tests.factories import InvoiceFactory

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = "Pays on Friday,\nsaid Mr. Fern"


@pytest.fixture
def page(ada):
    ada.open(f"/admin/receivables/invoice/{InvoiceFactory().pk}/change/")
    yield ada.page
    ada.troubles.clear()  # a page that says no is a trouble to the console


def log_in_again(ada, username="ada"):
    with ada.page.expect_navigation():
        ada.fill_login(username, PASSWORD)


def send_note(page):
    with page.expect_navigation():
        page.get_by_role("button", name="Add note").click()


def notes():
    return list(InvoiceNote.objects.values_list("text", flat=True))


def box(page):
    return page.get_by_label("Add a note").input_value()


def test_a_note_outlives_the_login_and_is_stored_once(ada, page):
    page.get_by_label("Add a note").fill(TEXT)
    Session.objects.all().delete()
    send_note(page)
    log_in_again(ada)
    assert (box(page), notes()) == (TEXT, [])
    send_note(page)
    assert (box(page), len(notes())) == ("", 1)
    page.reload()
    assert box(page) == ""


def test_a_form_older_than_the_login_leads_back_to_the_note(page):
    page.get_by_label("Add a note").fill(TEXT)
    page.context.clear_cookies(name="csrftoken")
    send_note(page)
    assert page.get_by_text("This form is out of date").first.is_visible()
    with page.expect_navigation():
        page.get_by_role("link", name="Open the page again").click()
    assert box(page) == TEXT


def test_nobody_finds_what_another_reader_of_the_browser_wrote(ada, page):
    User.objects.create_superuser("bob", password=PASSWORD)
    page.get_by_label("Add a note").fill(TEXT)
    Session.objects.all().delete()
    send_note(page)
    log_in_again(ada, "bob")
    assert box(page) == ""
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('written:'))") == []


def test_a_logout_forgets_what_was_written(ada, page):
    address = page.url
    page.get_by_label("Add a note").fill(TEXT)
    with page.expect_navigation():
        page.evaluate("document.getElementById('logout-form').requestSubmit()")
    page.goto(address)
    log_in_again(ada)
    assert box(page) == ""
