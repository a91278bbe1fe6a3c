"""Style sheets, scripts and fonts: under names made of their content, compressed, and kept by browsers for good."""

import re

import pytest
from django.conf import settings

from config.http.static_files import digest_of_sources
from tests.http.wire import get

LINK = re.compile(rb'(?:href|src)="(/static/[^"]+)"')
CONTENT_NAMED = re.compile(r"\.[0-9a-f]{12}\.\w+$")
KEPT_FOR_GOOD = "max-age=315360000, public, immutable"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A VAR_DIR in which nothing was collected before."""
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="module")
def fresh(start, folder):
    """A server of three processes."""
    return start("gunicorn", WEB_CONCURRENCY=3, VAR_DIR=folder)


def links_of(server, page):
    return [link.decode() for link in LINK.findall(get(server.port, page).body)]


@pytest.mark.parametrize("page", ["/admin/login/", "/jsonApi/docs"])
def test_what_a_page_loads_is_named_by_its_content_and_kept(fresh, page):
    links = links_of(fresh, page)
    assert len(links) > 3
    for link in links:
        answer = get(fresh.port, link)
        assert (answer.status, answer.headers["Cache-Control"]) == (200, KEPT_FOR_GOOD)
        assert CONTENT_NAMED.search(link)


def test_every_process_names_the_files_alike(fresh):
    assert len({tuple(links_of(fresh, "/admin/login/")) for _ in range(20)}) == 1


def test_the_next_start_finds_that_nothing_has_changed(fresh, folder):
    assert (folder / "static.collected").read_text() == digest_of_sources()


def test_style_sheets_and_scripts_are_sent_compressed(fresh):
    for link in links_of(fresh, "/admin/login/"):
        packed = get(fresh.port, link, {"Accept-Encoding": "gzip"})
        if len(packed.body) > 1_000 and link.endswith((".css", ".js")):
            assert (packed.headers["Content-Encoding"], packed.headers["Vary"]) == ("gzip", "Accept-Encoding")


def test_a_font_that_a_style_sheet_names_is_kept_too(fresh):
    [sheet] = [link for link in links_of(fresh, "/admin/login/") if "/inter/styles" in link]
    font = re.search(r'url\("?(Inter-Bold[^")]+)', get(fresh.port, sheet).body.decode())[1]
    answer = get(fresh.port, f"{sheet.rpartition('/')[0]}/{font}")
    assert (answer.status, answer.headers["Cache-Control"]) == (200, KEPT_FOR_GOOD)


def test_a_plain_name_answers_for_a_minute(fresh):
    answer = get(fresh.port, "/static/config/admin.css")
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "max-age=60, public")


def test_where_nothing_can_be_collected_pages_load_plain_files_and_the_log_says_so(start):
    server = start("gunicorn", VAR_DIR="/dev/null/var", SECRET_KEY=settings.SECRET_KEY)
    links = links_of(server, "/admin/login/")
    assert "/static/unfold/css/styles.css" in links
    assert {get(server.port, link).status for link in links} == {200}
    assert "run `manage.py collectstatic --noinput` where it may" in server.log.read_text()
