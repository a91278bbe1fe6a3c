"""Make a key pair from the command line."""

import json
from argparse import ArgumentParser
from datetime import datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from apiauth.models import Account, ApiKey, Scope


class Command(BaseCommand):
    help = "Makes a key pair for an account, and the account where it is new. The secret is printed once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--account", required=True, metavar="NAME")
        parser.add_argument("--name", default="", help="which feed or person will hold the pair")
        parser.add_argument(
            "--scope", action="append", choices=Scope.values, help="may be repeated; read and upload by default"
        )
        parser.add_argument(
            "--full-load-minutes",
            type=int,
            metavar="N",
            help="its uploads of invoices are a full load, which ends when none came for so many minutes; else changes",
        )
        parser.add_argument("--expires", metavar="DATE", help="2027-01-31 (through that day, UTC) or a date and time")
        parser.add_argument(
            "--decimal-places", type=int, metavar="N", help="decimal places in the amounts of a new account, 0 to 4"
        )
        parser.add_argument("--json", action="store_true", help='print {"account", "key", "secret"}')

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        account = _account(options["account"].strip(), options["decimal_places"])
        values = {"name": options["name"], "full_load_minutes": options["full_load_minutes"]}
        _refuse_invalid(ApiKey(account=account, **values), exclude=["key", "secret_digest"])
        scopes, expires_at = options["scope"], _expiry(options["expires"])
        _, pair = ApiKey.objects.issue(account, scopes=scopes, expires_at=expires_at, **values)
        if options["json"]:
            self.stdout.write(json.dumps({"account": account.name, **pair._asdict()}))
            return
        self.stdout.write(f"account     {account.name}\napi_key     {pair.key}\napi_secret  {pair.secret}")
        self.stdout.write("Keep the secret now: only its digest is stored, and nobody can show it again.")


def _account(name: str, decimal_places: int | None) -> Account:
    account = Account.objects.filter(name=name).first()
    if account is None:
        account = Account(name=name, amount_decimal_places=decimal_places or 0)
        _refuse_invalid(account)
        account.save()
    elif decimal_places not in (None, account.amount_decimal_places):
        raise CommandError(
            f"Account {name!r} exists with {account.amount_decimal_places} decimal places; "
            "--decimal-places is for new accounts. Change it in the admin."
        )
    return account


def _refuse_invalid(row: Model, **options: Any) -> None:
    try:
        row.clean_fields(**options)
    except ValidationError as error:
        raise CommandError("; ".join(error.messages)) from error


def _expiry(text: str | None) -> datetime | None:
    """Return the moment after which the pair is dead; a bare date counts to its end."""
    if text is None:
        return None
    try:
        day = parse_date(text)
        moment = datetime.combine(day, time.max) if day else parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"--expires {text!r} is not a date. Write 2027-01-31 or 2027-01-31T18:00:00Z.")
    moment = moment if timezone.is_aware(moment) else timezone.make_aware(moment)
    if moment <= timezone.now():
        raise CommandError(f"--expires {text!r} is in the past.")
    return moment
