"""The admin's pages of invoices, as a member of staff of one account opens them."""

from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client

from apiauth.models import Account
from receivables.models import Invoice
from tests.apiauth.conftest import signed_in
from tests.factories import StaffFactory

LIST = "/admin/receivables/invoice/"


def collector(*accounts: Account, permissions: list[str] | None = None) -> Client:
    """The browser of a member of staff of these accounts, with every permission unless told otherwise."""
    user = StaffFactory()
    known = Permission.objects.all()
    user.user_permissions.set(known if permissions is None else known.filter(codename__in=permissions))
    for account in accounts:
        account.members.add(user)
    return signed_in(user)


def listed(browser: Client, **asked: Any) -> list[str]:
    """Return the numbers of the invoices that the list shows, in its order."""
    response = browser.get(LIST, asked)
    assert response.status_code == 200, response
    return [invoice.invoice_number for invoice in response.context["cl"].result_list]


def told(browser: Client, **asked: Any) -> list[str]:
    """Return the messages that the list shows."""
    return [str(message) for message in browser.get(LIST, asked).context["messages"]]


def page_of(invoice: Invoice) -> str:
    return f"{LIST}{invoice.pk}/change/"
