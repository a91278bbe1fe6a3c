"""A real browser on the real server; rows must be committed for it to see."""

import os
import shutil
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import Client
from playwright.sync_api import Browser, sync_playwright

from tests.browser.back_office import BackOffice
from tests.browser.documents import Documents
from tests.http.conftest import gunicorn, pair, start  # noqa: F401 - fixtures

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser. It may be missing on a developer's machine, and nowhere else."""
    if path := shutil.which("chromium"):
        return path
    missing = "There is no chromium here. Install it, as with: apt-get install -y chromium"
    if os.environ.get("CI") or os.environ.get("BROWSER_TESTS"):
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="module")  # no longer: other tests start processes, which must not be told what this one tells
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as environment:
        # Playwright's event loop stands still while a test uses the database, but Django sees that there is one.
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def documents(browser, gunicorn, pair) -> Iterator[Documents]:  # noqa: F811
    """The page of the API's documents, open; at the end it must have had no trouble and asked no other host."""
    with browser.new_context(viewport={"width": 1280, "height": 1600}) as context:
        documents = Documents(context.new_page(), gunicorn.port, pair)
        documents.open()
        yield documents
    assert documents.troubles == []
    assert documents.hosts == {f"127.0.0.1:{gunicorn.port}"}


@pytest.fixture(scope="module")
def known_content_types(gunicorn) -> dict[tuple[str, str], int]:  # noqa: F811
    """Content types as the server knows them, which asks for each but once."""
    return {}


@pytest.fixture
def _content_types_stay(known_content_types, transactional_db) -> None:
    """Give content types, which are made anew whenever the tables are emptied, the keys that they had."""
    with transaction.atomic(), connection.cursor() as cursor:
        for label, model, key in ContentType.objects.values_list("app_label", "model", "pk"):
            keys = [known_content_types.setdefault((label, model), key), key]
            cursor.execute("UPDATE django_content_type SET id = %s WHERE id = %s", keys)
            cursor.execute("UPDATE auth_permission SET content_type_id = %s WHERE content_type_id = %s", keys)
    ContentType.objects.clear_cache()


@pytest.fixture
def back_office(browser, gunicorn, pair, _content_types_stay) -> Iterator[BackOffice]:  # noqa: F811
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
