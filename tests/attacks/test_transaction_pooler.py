"""Behind a pooler that lends a connection for one transaction, nobody meets another account's rows.

What a session keeps between two transactions (a cursor WITH HOLD, a setting, a lock) meets the next client of that
connection there, and its own client finds another's.
"""

import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
from django.db import connection

from apiauth.models import Account
from receivables.models import Invoice
from tests.attacks.pooler import running_pooler
from tests.factories import AccountFactory, CustomerFactory, invoice_row, key_headers
from tests.faults.processes import Worker
from tests.http.servers import url_of_the_test_database, wait_until
from tests.http.wire import get, upload
from tests.receivables.staff_pages import staff_of

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS, ROUNDS = 8, 2
MANY = 2_100  # rows, more than a statement or a download reads at once
FEW = 50
NAMES = ("ALDER", "BIRCH")
MAY = ("view_invoice", "view_customer", "view_upload", "add_upload")
HEADER = "customerNumber,invoiceNumber,invoiceAmount"
TOKEN = "c" * 32  # of a form and its cookie


def names_in(text: str) -> Counter[str]:
    """How often a text names each account."""
    return Counter(re.findall("|".join(NAMES), text))


def rows(name: str, number: int, label: str = "", **values: Any) -> list[dict[str, Any]]:
    """Return invoices that bear the name of an account."""
    return [invoice_row(customerNumber=name, invoiceNumber=f"{name}-{label}-{n}", **values) for n in range(number)]


def side_by_side(do: Callable[[Any], Any], these: Iterable[Any]) -> list[Any]:
    """Let the clients do something with each of these, and return in order what came of it."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        return list(clients.map(do, these))


@dataclass(frozen=True)
class Owner:
    """An account, with how it and a member of its staff log in."""

    account: Account
    pair: dict[str, str]
    session_id: str

    @property
    def name(self) -> str:
        return self.account.name

    def answer(self, port: int, path: str) -> Counter[str] | str:
        """Return how often the answer names each account, in a workbook too; or why there is none."""
        headers = self.pair if path.startswith("/jsonApi/") else {"Cookie": f"sessionid={self.session_id}"}
        try:
            answer = get(port, path, headers)
        except HTTPException as broken:
            return repr(broken)
        return names_in(opened(answer.body)) if answer.status == 200 else str(answer.status)

    @contextmanager
    def browser(self, port: int) -> Iterator["Browser"]:
        cookies = {"sessionid": self.session_id, "csrftoken": TOKEN}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", cookies=cookies, follow_redirects=True) as client:
            yield Browser(client, self.account)


def opened(body: bytes) -> str:
    """Return a body as text; of a workbook, that of its parts."""
    if not body.startswith(b"PK"):
        return body.decode()
    with ZipFile(io.BytesIO(body)) as workbook:
        return "".join(workbook.read(name).decode() for name in workbook.namelist())


@dataclass(frozen=True)
class Browser:
    """A member of staff at the pages that take files."""

    client: httpx.Client
    account: Account

    def choose(self, file: str) -> httpx.Response:
        form = {"account": str(self.account.pk), "resource": "invoices", "handling": "strict"}
        return self._send("/admin/uploads/upload/add/", form, files={"file": ("rows.csv", file.encode())})

    def confirm(self, preview: httpx.Response) -> httpx.Response:
        found = re.search('name="preview" value="([^"]+)"', preview.text)
        assert found, preview.text
        return self._send(f"{preview.url}confirm/", {"preview": found[1], "typed": self.account.name})

    def look_again(self, page: httpx.Response) -> httpx.Response:
        return self.client.get(page.url).raise_for_status()

    def _send(self, address: str, form: dict[str, str], **options: Any) -> httpx.Response:
        return self.client.post(address, data=form | {"csrfmiddlewaretoken": TOKEN}, **options).raise_for_status()


@pytest.fixture(scope="module")
def port(start):
    """The port of a server of four processes, which share the four connections of a pooler."""
    with running_pooler() as pooler:
        yield start("gunicorn", DATABASE_URL=pooler.url, WEB_CONCURRENCY=4, WEB_THREADS=2).port


@pytest.fixture
def owners():
    accounts = [AccountFactory(name=name) for name in NAMES]
    sessions = [staff_of(account, may=MAY).cookies["sessionid"].value for account in accounts]
    return [Owner(account, key_headers(account), session) for account, session in zip(accounts, sessions, strict=True)]


@pytest.fixture
def worker(tmp_path):
    """A worker, which connects to the database itself."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")  # which no test's end empties
    worker = Worker(tmp_path, DATABASE_URL=url_of_the_test_database())
    worker.start()
    yield
    worker.kill()


def addresses(port: int, owner: Owner) -> list[str]:
    """Store rows that were taken and rows that were not; return where there is much to read."""
    bad = rows(owner.name, MANY, "bad", invoiceAmount="many")
    receipt = upload(port, rows(owner.name, MANY) + bad, owner.pair | {"Prefer": "handling=lenient"}).json()
    assert (receipt["created"], receipt["rejected"]) == (MANY, MANY)
    customer = CustomerFactory(account=owner.account, customer_number=owner.name)
    files = ("csv", "ndjson", "xlsx")
    return [
        "/jsonApi/invoices?pageSize=500",
        f"/jsonApi/customers/{customer.pk}/statement?from=2026-01-01",
        f"/jsonApi/customers/{customer.pk}/statement?format=csv",
        f"/jsonApi/uploads/{receipt['id']}/rejected",
        *(f"/jsonApi/invoices?format={kind}" for kind in files),
        "/admin/receivables/invoice/",
        "/admin/uploads/upload/add/",
        *(f"/admin/receivables/invoice/export/{kind}/" for kind in files),
        *(f"/admin/uploads/upload/{receipt['id']}/rejected.{kind}" for kind in ("json", "csv")),
    ]


def stored_names() -> Counter[tuple[str, str]]:
    """How many invoices each account has, by the account that each of them names."""
    return Counter(Invoice.objects.values_list("account__name", "customer_number"))


def test_readers_side_by_side_get_their_own_rows_alone(port, owners):
    of_each = [addresses(port, owner) for owner in owners]
    asked = [(owner, path) for paths in zip(*of_each, strict=True) for owner, path in zip(owners, paths, strict=True)]
    alone = [owner.answer(port, path) for owner, path in asked]
    assert {len(names) for names in alone} == {1}
    together = side_by_side(lambda each: each[0].answer(port, each[1]), asked * ROUNDS)
    answers = zip(asked * ROUNDS, together, alone * ROUNDS, strict=True)
    assert [(path, names, own) for (_, path), names, own in answers if names != own] == []


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("preference", ["respond-async", "return=representation"])
def test_uploads_side_by_side_store_their_own_rows_alone(port, owners, preference):
    def created(place: int) -> int:
        owner = owners[place % 2]
        sent = upload(port, rows(owner.name, FEW, str(place)), owner.pair | {"Prefer": preference}).json()
        wait_until(lambda: receipt(owner, sent["id"])["state"] == "finished", 60)
        return receipt(owner, sent["id"])["created"]

    def receipt(owner: Owner, upload_id: str) -> dict[str, Any]:
        return get(port, f"/jsonApi/uploads/{upload_id}", owner.pair).json()

    assert side_by_side(created, range(CLIENTS)) == [FEW] * CLIENTS
    assert stored_names() == {(name, name): CLIENTS // 2 * FEW for name in NAMES}


def test_files_of_staff_side_by_side_are_their_own(port, owners):
    """A large file is kept in several parts, and read for its columns; a small one is confirmed."""

    def names_seen(place: int) -> set[str]:
        owner = owners[place % 2]
        large = f"{HEADER},{owner.name}\n" + f"1,1,1,{'x' * 30_000}\n" * 100
        small = f"{HEADER}\n" + "".join(f"{owner.name},{place}-{number},1\n" for number in range(FEW))
        with owner.browser(port) as browser:
            columns = browser.choose(large)
            pages = [browser.look_again(columns) for _ in range(ROUNDS)]
            receipt = browser.confirm(browser.choose(small))
        return {name for page in (columns, *pages, receipt) for name in names_in(page.text)}

    assert side_by_side(names_seen, range(CLIENTS)) == [{NAMES[place % 2]} for place in range(CLIENTS)]
    assert stored_names() == {(name, name): CLIENTS // 2 * FEW for name in NAMES}
