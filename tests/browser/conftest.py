"""A real browser on the real server; rows must be committed for it to see."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, sync_playwright

from tests.browser.back_office import PASSWORD, BackOffice
from tests.browser.documents import Documents
from tests.programs import path_of

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def chromium() -> str:
    return path_of("chromium")


@pytest.fixture(scope="module")  # no longer: other tests start processes, which must not be told what this one tells
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as environment:
        # Playwright's event loop stands still while a test uses the database, but Django sees that there is one.
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def documents(browser, gunicorn, pair) -> Iterator[Documents]:
    """The page of the API's documents, open; at the end it must have had no trouble and asked no other host."""
    with browser.new_context(viewport={"width": 1280, "height": 1600}) as context:
        documents = Documents(context.new_page(), gunicorn.port, pair)
        documents.open()
        yield documents
    assert documents.troubles == []
    assert documents.hosts == {f"127.0.0.1:{gunicorn.port}"}


@pytest.fixture
def back_office(browser, gunicorn, pair) -> Iterator[BackOffice]:
    """The admin, which a superuser has logged in to; at the end it must have had no trouble and asked no other host."""
    client = Client()
    client.force_login(User.objects.create_superuser("ada"))
    with browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB") as context:
        back_office = BackOffice(context.new_page(), gunicorn.port)
        context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": back_office.address}]
        )
        back_office.open()
        yield back_office
    assert back_office.troubles == []
    assert back_office.hosts == {f"127.0.0.1:{gunicorn.port}"}


@pytest.fixture
def ada(back_office: BackOffice) -> BackOffice:
    """The admin of somebody who has a password, and can log in again when the login ends."""
    user = User.objects.get(username="ada")
    user.set_password(PASSWORD)
    user.save()
    back_office.log_in("ada", PASSWORD)
    return back_office
