"""The dashboard, as its reader reads it."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.test import Client

from receivables.models import today

DASHBOARD = "/admin/"
UP_TO_DATE = "/admin/figures/"


def shown(browser: Client, **query: Any) -> str:
    """Return the page's words, without what stands between them."""
    response = browser.get(DASHBOARD, query)
    assert response.status_code == 200
    return text_of(response)


def text_of(response: Any) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", _dashboard(response))))


def links_of(browser: Client, path: str = "/admin/receivables/invoice/") -> list[dict[str, str]]:
    """Return what the dashboard's links to a list ask for."""
    hrefs = re.findall(r'href="([^"]+)"', _dashboard(browser.get(DASHBOARD)))
    found = [urlsplit(unescape(href)) for href in hrefs]
    return [{name: value for name, [value] in parse_qs(one.query).items()} for one in found if one.path == path]


def _dashboard(response: Any) -> str:
    page: str = response.content.decode()
    return page.partition('id="dashboard"')[2]


def due(days: int) -> date:
    """Return the due date of what is so many days late."""
    return today() - timedelta(days=days)
