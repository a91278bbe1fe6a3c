"""What `make run` does before it serves; its sample rows look like a night's export from an SAP ledger."""

import json
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from time import sleep
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.utils.crypto import get_random_string

from apiauth.models import Account, ApiKey
from config.database.base import try_lock
from config.var_dir import usable
from receivables.uploads.ingest import ingest_once
from receivables.uploads.models import Outcome
from receivables.uploads.reading.bodies import BulkJSONParser
from receivables.uploads.rows.row_serializer import RowSerializer
from receivables.uploads.rows.serializers import CustomerUploadSerializer, InvoiceUploadSerializer
from receivables.uploads.session import UploadSession
from receivables.uploads.sources import Source

ACCOUNT = "Demo"
# Of the sample rows; they are the same on every machine but for today's date.
CUSTOMER_COUNT = 200
INVOICE_COUNT = 2000
# company code: currency, city and country of its customers, share of the ledger
COMPANIES = {
    "US01": ("USD", [("Austin", "US"), ("Denver", "US"), ("Tampa", "US")], 5),
    "DE01": ("EUR", [("Bremen", "DE"), ("Kassel", "DE"), ("Linz", "AT")], 3),
    "GB01": ("GBP", [("Leeds", "GB"), ("Bristol", "GB")], 2),
    "IN01": ("INR", [("Pune", "IN"), ("Kochi", "IN")], 1),
}
TRADES = ["Bakery", "Bearings", "Brewing", "Dairy", "Fasteners", "Foods", "Glass", "Hardware", "Logistics", "Optics"]
FAMILIES = ["Alder", "Birch", "Cedar", "Fern", "Hazel", "Juniper", "Laurel", "Maple", "Rowan", "Sorrel", "Willow"]
FORMS = {"USD": "Inc.", "EUR": "GmbH", "GBP": "Ltd", "INR": "Pvt Ltd"}
TERMS = {"N014": 14, "N030": 30, "N045": 45, "N060": 60}
SAMPLE_ROW = {"customerNumber": "0000200400", "invoiceNumber": "SAMPLE-1", "invoiceAmount": 12112}
NEXT_STEPS = """\
Documents  {address}/jsonApi/docs
Admin      {address}/admin/   user {username}, password {password}
Key pair   api_key {key}, api_secret {secret} (account {account})

Upload an invoice; send it twice, and the second time nothing changes:

curl {address}/jsonApi/upload/invoices \\
  -H 'api_key: {key}' -H 'api_secret: {secret}' \\
  -H 'Content-Type: application/json' -d '{rows}'

Ctrl-C stops the service and its database; what was uploaded stays."""
NEXT_STEPS_WITHOUT_LOGIN = """\
Documents  {address}/jsonApi/docs
Admin      {address}/admin/
Key pair   make one with: manage.py create_api_key --account {account}"""


class Command(BaseCommand):
    help = "Migrates; on the first start makes the account Demo with sample data; prints how to use them."

    def handle(self, *args: Any, **options: Any) -> None:
        login_file = settings.VAR_DIR / "demo_login.json"
        with one_at_a_time():
            call_command("migrate", verbosity=0)
            if not Account.objects.filter(name=ACCOUNT).exists():
                make_demo(login_file)
        login = json.loads(login_file.read_text()) if login_file.exists() else None
        address = str(settings.PUBLIC_URL) or f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
        self.stdout.write(directions(address, login))


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Of two first starts at once, let the second wait until the block ends.

    A transaction of another connection holds the lock: migrations are not of one transaction, and behind a pooler a
    session's lock would stay with whoever is lent the session next. The second tries again and again, each time in a
    transaction of its own: the building of an index would wait for one that waits for the lock.
    """
    other = connection.copy()
    other.set_autocommit(False)
    try:
        while not try_lock("prepare_demo", using=other):
            other.rollback()
            sleep(0.2)
        yield
    finally:
        other.close()


@transaction.atomic
def make_demo(login_file: Path) -> None:
    """Make account, key pair, admin and sample data, all or none; `login_file` keeps the logins."""
    account = Account.objects.create(name=ACCOUNT)
    api_key, pair = ApiKey.objects.issue(account, name="make run")
    chance = random.Random(4711)  # noqa: S311 - sample data, the same everywhere
    customers = customer_rows(chance)
    today = datetime.now(UTC).date()
    _ingest(api_key, CustomerUploadSerializer, customers)
    _ingest(api_key, InvoiceUploadSerializer, list(invoice_rows(chance, customers, today)))
    with usable(login_file.parent):
        login_file.unlink(missing_ok=True)
        with os.fdopen(os.open(login_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(json.dumps({**pair._asdict(), **_admin_login()}))


def _ingest(api_key: ApiKey, serializer_class: type[RowSerializer], rows: list[dict[str, Any]]) -> None:
    body = BulkJSONParser.rows(BytesIO(json.dumps(rows).encode()))
    session = UploadSession(Source(api_key.account, api_key), serializer_class.Meta.resource)
    upload = ingest_once(session, serializer_class, body)
    assert upload.outcome == Outcome.ACCEPTED, upload.errors[:3]


def _admin_login() -> dict[str, str]:
    users = get_user_model().objects
    if users.filter(username="admin").exists():
        return {"username": "admin", "password": "(as it was set)"}
    password = get_random_string(16)
    users.create_superuser("admin", password=password)
    return {"username": "admin", "password": password}


def directions(address: str, login: dict[str, str] | None) -> str:
    """Return what a newcomer does next; without a login, how to make another."""
    if login is None:
        return NEXT_STEPS_WITHOUT_LOGIN.format(address=address, account=ACCOUNT)
    return NEXT_STEPS.format(address=address, account=ACCOUNT, rows=json.dumps([SAMPLE_ROW]), **login)


def customer_rows(chance: random.Random) -> list[dict[str, Any]]:
    """Return customers under the contract's names, numbers padded to ten places as SAP exports them."""
    companies = chance.choices(list(COMPANIES), [share for *_, share in COMPANIES.values()], k=CUSTOMER_COUNT)
    return [_customer(chance, number, company) for number, company in enumerate(companies)]


def _customer(chance: random.Random, number: int, company: str) -> dict[str, Any]:
    name = f"{chance.choice(FAMILIES)} {chance.choice(TRADES)} {FORMS[COMPANIES[company][0]]}"
    host = name.lower().replace(" ", "-").replace(".", "")
    return {
        "customerno": f"{200400 + 7 * number:010}",
        "cocode": company,
        "companyname": name,
        "firstname": chance.choice(["Ada", "Ben", "Chloe", "Dev", "Elif", "Finn"]),
        "lastname": chance.choice(["Ahrens", "Brown", "Desai", "Evans", "Fischer", "Garcia"]),
        "phoneno": f"+1555{chance.randrange(10**7):07}",
        "emailaddress1": f"accounts.payable@{host}.example",
    }


def invoice_rows(chance: random.Random, customers: list[dict[str, Any]], today: date) -> Iterator[dict[str, Any]]:
    """Yield items of these customers, some much busier than others: invoices, credit memos, partial payments."""
    busy = [chance.paretovariate(1.2) for _ in customers]
    for number, customer in enumerate(chance.choices(customers, busy, k=INVOICE_COUNT)):
        yield _invoice(chance, number, customer, today)


def _invoice(chance: random.Random, number: int, customer: dict[str, Any], today: date) -> dict[str, Any]:
    posted = today - timedelta(days=int(chance.triangular(0, 180, 20)))
    terms, days = chance.choice(list(TERMS.items()))
    document = f"{1800000000 + number}"
    city, country = chance.choice(COMPANIES[customer["cocode"]][1])
    address = {"name": customer["companyname"], "city": city, "country": country}
    return {
        "companyCode": customer["cocode"],
        "customerNumber": customer["customerno"],
        "customerName": customer["companyname"],
        "accountingDocNumber": document,
        "invoiceNumber": f"9{document[1:]}",
        "fiscalYear": str(posted.year),
        "fiscalPeriod": f"{posted.month:02}",
        "lineItem": "001",
        "postDate": posted.isoformat(),
        "invoiceDate": (posted - timedelta(days=chance.randrange(3))).isoformat(),
        "dueDate": (posted + timedelta(days=days)).isoformat() if chance.random() > 0.03 else None,
        "paymentTerms": terms,
        "currency": COMPANIES[customer["cocode"]][0],
        "profitCenter": f"PC{chance.randrange(10, 40)}",
        "billAddr": address,
        "shipAddr": address,
        "status": "open",
        **_money(chance),
    }


def _money(chance: random.Random) -> dict[str, Any]:
    """Return a whole amount and what stands beside it: 8 % credit memos, 12 % partly paid invoices."""
    amount, kind = int(chance.lognormvariate(7.5, 1.1)) + 1, chance.random()
    if kind < 0.08:
        memo = {"documentType": "DG", "postingKey": "11", "debitCreditIndicator": "H"}
        return {"invoiceAmount": amount, "balanceAmount": f"{amount}-", **memo}
    balance = amount - int(amount * chance.uniform(0.1, 0.9)) if kind < 0.2 else amount
    invoice = {"documentType": "RV", "postingKey": "01", "debitCreditIndicator": "S"}
    return {"invoiceAmount": amount, "balanceAmount": str(balance), **invoice}
