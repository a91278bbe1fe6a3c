"""The sender's command, against the production server: its key pair, and where it is sent."""

from dataclasses import replace

import pytest

from apiauth.models import Account, Scope
from receivables.uploads.models import Upload
from tests.factories import key_headers

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_wrong_secret_takes_nothing_and_is_never_shown(sender):
    sent = replace(sender, secret="sk_wrong_one").send("invoices", "all.json", "--verbosity=3")
    assert (sent.returncode, Upload.objects.count()) == (2, 0)
    assert "A key pair arrived, but it is wrong, revoked or expired" in sent.stderr
    assert "sk_wrong_one" not in sent.stdout + sent.stderr


UNSENDABLE = {"a line break": "sk_first\nsk_second", "an umlaut": "sk_first\u00fc"}


@pytest.mark.parametrize("secret", UNSENDABLE.values(), ids=UNSENDABLE)
def test_a_secret_that_no_header_takes_is_not_shown(sender, secret):
    sent = replace(sender, secret=secret).send("invoices", "all.json")
    assert (sent.returncode, sent.stderr) == (
        4,
        "CommandError: The secret must be printable ASCII, and not empty. Copy it again.\n",
    )


def test_without_key_nothing_is_sent(sender):
    sent = replace(sender, key="").send("invoices", "all.json")
    assert (sent.returncode, "Name it with --key, or set RECEIVABLES_API_KEY" in sent.stderr) == (4, True)


def test_without_secret_and_terminal_nothing_is_sent(sender):
    sent = replace(sender, secret="").send("invoices", "all.json")
    assert (sent.returncode, Upload.objects.count()) == (4, 0)
    assert "Set RECEIVABLES_API_SECRET" in sent.stderr


def test_a_terminal_is_asked_for_the_secret_and_does_not_show_it(sender):
    asking = replace(sender, secret="")
    exit_code, shown = asking.send_at_a_terminal("invoices", "all.json", typed=f"{sender.secret}\n")
    assert (exit_code, shown[:12]) == (0, "API secret: ")
    assert sender.secret not in shown


ADDRESSES = {
    "plain http to another machine": ("http://receivables.example.com", "insist with --allow-http"),
    "a login within it": ("https://user:sk_hidden@receivables.example.com", "has no login, query or fragment"),
    "a login within what is no address": ("https://user:sk_hidden@x:y", "The address is none of a server"),
    "no scheme": ("receivables.example.com", "The address is none of a server"),
}


@pytest.mark.parametrize(("url", "message"), ADDRESSES.values(), ids=ADDRESSES)
def test_an_address_that_would_show_the_secret_is_refused(sender, url, message):
    sent = replace(sender, url=url).send("invoices", "all.json")
    assert (sent.returncode, message in sent.stderr) == (4, True)
    assert "sk_hidden" not in sent.stdout + sent.stderr


def test_a_key_that_may_only_read_is_told_so(sender):
    key = key_headers(Account.objects.get(), scopes=[Scope.READ])
    sent = replace(sender, key=key["api_key"], secret=key["api_secret"]).send("invoices", "all.json")
    assert (sent.returncode, "This key lacks the scope" in sent.stderr) == (2, True)
