"""The management command that makes key pairs."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from rest_framework.test import APIClient

from apiauth.models import Account, ApiKey
from tests.factories import AccountFactory

pytestmark = pytest.mark.django_db


def run(*arguments, account="Acme"):
    """Run the command for an account and return what it prints."""
    printed = StringIO()
    call_command("create_api_key", f"--account={account}", *arguments, stdout=printed)
    return printed.getvalue()


def login(made):
    return APIClient(headers={"api_key": made["key"], "api_secret": made["secret"]})


def test_the_command_makes_the_account_with_its_decimal_places():
    run("--decimal-places", "2")
    assert Account.objects.get(name="Acme").amount_decimal_places == 2


def test_an_account_made_without_decimal_places_takes_whole_numbers():
    run()
    assert Account.objects.get(name="Acme").amount_decimal_places == 0


def test_json_output_holds_account_key_and_secret_alone():
    made = json.loads(run("--json"))
    assert list(made) == ["account", "key", "secret"]
    assert (made["account"], made["key"]) == ("Acme", ApiKey.objects.get().key)


def test_the_printed_pair_logs_in():
    made = json.loads(run("--json", "--name", "SAP feed"))
    body = login(made).get("/jsonApi/whoami").json()
    assert (body["key"], body["name"], body["account"]["name"]) == (made["key"], "SAP feed", "Acme")


def test_the_text_output_names_the_headers_and_warns_that_it_comes_once():
    printed = run()
    made = dict(line.split(maxsplit=1) for line in printed.splitlines()[:3])
    assert made["account"] == "Acme"
    assert login({"key": made["api_key"], "secret": made["api_secret"]}).get("/jsonApi/whoami").status_code == 200
    assert printed.splitlines()[3:] == ["Keep the secret now: only its digest is stored, and nobody can show it again."]


def test_the_secret_is_printed_once_and_never_again():
    made = json.loads(run("--json"))
    assert made["secret"] not in run()
    assert made["secret"] not in str(list(ApiKey.objects.values()))


def test_a_second_run_adds_a_pair_to_the_same_account():
    first, second = json.loads(run("--json")), json.loads(run("--json"))
    assert Account.objects.count() == 1
    assert [login(made).get("/jsonApi/whoami").status_code for made in (first, second)] == [200, 200]


SCOPES = {
    "none named": ([], ["read", "upload"]),
    "one": (["--scope=read"], ["read"]),
    "repeated": (["--scope=read", "--scope=upload"], ["read", "upload"]),
}


@pytest.mark.parametrize(("arguments", "scopes"), SCOPES.values(), ids=SCOPES)
def test_a_pair_gets_the_scopes_named(arguments, scopes):
    run(*arguments)
    assert ApiKey.objects.get().scopes == scopes


EXPIRIES = {
    "a bare date counts to its end": ("2099-01-31", datetime(2099, 1, 31, 23, 59, 59, 999999, tzinfo=UTC)),
    "a date and time": ("2099-01-31T18:00:00Z", datetime(2099, 1, 31, 18, tzinfo=UTC)),
    "a time with an offset": ("2099-01-31T18:00:00+02:00", datetime(2099, 1, 31, 16, tzinfo=UTC)),
    "a time without one is UTC": ("2099-01-31T18:00:00", datetime(2099, 1, 31, 18, tzinfo=UTC)),
}


@pytest.mark.parametrize(("text", "moment"), EXPIRIES.values(), ids=EXPIRIES)
def test_a_pair_expires_when_it_was_told(text, moment):
    run("--expires", text)
    assert ApiKey.objects.get().expires_at == moment


def test_a_pair_without_expiry_never_expires():
    run()
    assert ApiKey.objects.get().expires_at is None


def test_a_pair_that_expires_today_still_logs_in():
    made = json.loads(run("--json", "--expires", timezone.now().date().isoformat()))
    assert login(made).get("/jsonApi/whoami").status_code == 200


@pytest.mark.parametrize("text", ["2020-01-31", "2020-01-31T18:00:00Z"])
def test_an_expiry_in_the_past_is_refused(text):
    with pytest.raises(CommandError, match="is in the past"):
        run("--expires", text)


def test_yesterday_is_past():
    yesterday = (timezone.now() - timedelta(days=1)).date().isoformat()
    with pytest.raises(CommandError, match="is in the past"):
        run("--expires", yesterday)


def test_an_existing_account_keeps_its_decimal_places():
    AccountFactory(name="Acme", amount_decimal_places=2)
    with pytest.raises(CommandError, match="'Acme' exists with 2 decimal places"):
        run("--decimal-places", "0")
    assert ApiKey.objects.count() == 0


@pytest.mark.parametrize("arguments", [[], ["--decimal-places=2"]], ids=["left out", "the same"])
def test_an_existing_account_takes_a_pair_when_decimal_places_agree(arguments):
    account = AccountFactory(name="Acme", amount_decimal_places=2)
    run(*arguments)
    assert ApiKey.objects.get().account == account


REFUSED = {
    "five decimal places": ["--decimal-places=5"],
    "negative decimal places": ["--decimal-places=-1"],
    "decimal places in words": ["--decimal-places=two"],
    "an unknown scope": ["--scope=write"],
    "an expiry that is no date": ["--expires=soon"],
    "an expiry no calendar has": ["--expires=2099-02-30"],
    "an empty expiry": ["--expires="],
    "an expiry in the past": ["--expires=2020-01-31"],
    "a key name of 101 characters": [f"--name={'n' * 101}"],
}


@pytest.mark.parametrize("arguments", REFUSED.values(), ids=REFUSED)
def test_a_refused_command_stores_nothing(arguments):
    with pytest.raises(CommandError):
        run(*arguments)
    assert (Account.objects.count(), ApiKey.objects.count()) == (0, 0)


@pytest.mark.parametrize("name", ["", "   ", "n" * 101], ids=["empty", "blanks", "101 characters"])
def test_a_bad_account_name_is_refused(name):
    with pytest.raises(CommandError):
        run(account=name)
    assert Account.objects.count() == 0


def test_an_account_is_required():
    with pytest.raises(CommandError, match="--account"):
        call_command("create_api_key")


def test_a_pair_is_made_whose_uploads_are_full_loads():
    made = json.loads(run("--json", "--full-load-minutes", "30"))
    assert login(made).get("/jsonApi/whoami").json()["fullLoadMinutes"] == 30


def test_a_full_load_that_never_ends_is_refused():
    with pytest.raises(CommandError, match="greater than or equal to 1"):
        run("--full-load-minutes", "0")
