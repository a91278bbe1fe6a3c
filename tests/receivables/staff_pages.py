"""Pages of the admin, as staff of an account read them."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client

from apiauth.models import Account
from receivables.models import Invoice, today
from tests.factories import InvoiceFactory, StaffFactory

LIST = "/admin/customers/customer/"


def staff_of(*accounts: Account, may: Iterable[str] = ("view_customer", "view_invoice", "view_upload")) -> Client:
    """Return the browser of someone who belongs to these accounts, and may do this."""
    user = StaffFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=may))
    for account in accounts:
        account.members.add(user)
    browser = Client()
    browser.force_login(user)
    return browser


def ago(days: int) -> date:
    return today() - timedelta(days=days)


def owe(account: Account, amount: Any, due: date | None = None, **values: Any) -> Invoice:
    """Make an item of the customer 4711, in dollars unless told otherwise."""
    return InvoiceFactory(account=account, invoice_amount=amount, due_date=due, **({"currency": "USD"} | values))


class Tables(HTMLParser):
    """The rows of all tables of a page: the texts of their cells, under the class `field-...` if they have one."""

    def __init__(self, page: str):
        super().__init__()
        self.rows: list[dict[Any, str]] = []
        self._cell: Any = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "tr":
            self.rows.append({})
        elif tag in ("td", "th") and self.rows:
            first = (dict(attrs).get("class") or "").split(" ")[0]
            row = self.rows[-1]
            self._cell = first.removeprefix("field-") if first.startswith("field-") else len(row)
            row[self._cell] = ""
        elif self._cell is not None:
            self.rows[-1][self._cell] += " "

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self.rows[-1][self._cell] += data


def tables(response: Any) -> list[dict[Any, str]]:
    """Return the rows of a page's tables, each cell's text with single blanks."""
    assert response.status_code == 200, response.content
    rows = Tables(response.content.decode()).rows
    return [{name: " ".join(text.split()) for name, text in row.items()} for row in rows]


def listed(response: Any) -> list[dict[Any, str]]:
    """Return the rows of a list, each cell under its column's name."""
    return [row for row in tables(response) if "number" in row]


def numbers(response: Any) -> list[str]:
    return [row["number"] for row in listed(response)]


def told(response: Any) -> list[str]:
    """Return the messages of a page."""
    return [str(message) for message in response.context["messages"]]


def words(response: Any) -> str:
    """Return a page's words, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())
