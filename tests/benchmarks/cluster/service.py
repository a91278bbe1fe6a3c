"""The service of one side: its database filled, the production server started, and the works that it runs."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from apiauth.models import Account
from tests.benchmarks import feed
from tests.benchmarks.cluster.side import Outcome, Sizes
from tests.benchmarks.sending import ENGINE, Answer, Sender, WrongAnswer, check
from tests.factories import key_headers
from tests.http.servers import Server, gunicorn_command, running, url_of_the_test_database

ACCOUNTS = 8  # so many lie on all workers of a cluster
FILLED_AT_ONCE = 20_000  # rows of one upload
LOG_SIZE = 2000
TABLES = ["receivables_invoice", "receivables_invoicechange", "customers_customer", "uploads_upload"]
CUSTOMERS = "/jsonApi/upload/customers"


class Service:
    def __init__(self, server: Server, database: psycopg.Connection[Any], sizes: Sizes):
        self.server, self.database, self.sizes = server, database, sizes
        self.accounts = [Account.objects.create(name=f"Account {number + 1}") for number in range(ACCOUNTS)]
        self.headers = [key_headers(account) for account in self.accounts]

    def fill(self) -> None:
        """Upload the same customers and invoices for each account. From then on `settle` alone vacuums tables."""
        for table in TABLES:
            self.database.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)".encode())
        customers = [_customer(row) for row in feed.invoices(feed.CUSTOMER_COUNT)]  # each of another customer
        for number in range(ACCOUNTS):
            self.post(number, CUSTOMERS, feed.json_array(customers))
            for first in range(0, self.sizes.invoices // ACCOUNTS, FILLED_AT_ONCE):
                count = min(FILLED_AT_ONCE, self.sizes.invoices // ACCOUNTS - first)
                answer = self.post(number, ENGINE.path, feed.json_array(feed.invoices(count, first)))
                check(ENGINE, answer, received=count, created=count)

    def settle(self) -> None:
        """Do what PostgreSQL would do sooner or later."""
        for table in TABLES:
            self.database.execute(f"VACUUM (ANALYZE) {table}".encode())

    def run(self, name: str, number: int) -> Outcome:
        from tests.benchmarks.cluster.works import WORKS

        self._checkpoint()
        return WORKS[name](self, number)

    def _checkpoint(self) -> None:
        """Write what is dirty now, so that it is not written beside the clock."""
        self.database.execute("CHECKPOINT")
        if self.sizes.is_distributed:
            self.database.execute("SELECT run_command_on_workers('CHECKPOINT')")

    @contextmanager
    def sender(self, number: int) -> Iterator[Sender]:
        """Connect as one of the accounts, counted round."""
        sender = Sender(self.server.port, self.headers[number % ACCOUNTS])
        try:
            yield sender
        finally:
            sender.close()

    def post(self, number: int, path: str, body: bytes, **headers: str) -> Answer:
        with self.sender(number) as sender:
            answer = sender.send(path, body, **headers)
        return self.checked(path, answer)

    def get(self, number: int, path: str) -> Answer:
        with self.sender(number) as sender:
            answer = sender.get(path)
        return self.checked(path, answer)

    def checked(self, path: str, answer: Answer) -> Answer:
        """Return an answer of success. Raises WrongAnswer, with the end of the server's log if that may say why."""
        if answer.status in (200, 202):
            return answer
        log = self.server.log.read_text()[-LOG_SIZE:] if answer.status >= 500 else ""
        raise WrongAnswer(f"{path} answered {answer.start()}{log}")

    @cached_property
    def browser(self) -> Client:
        """The browser of a member of staff who sees all accounts; of a service in this process."""
        member = User.objects.create_superuser("member")
        browser = Client(SERVER_NAME="localhost")
        browser.force_login(member)
        return browser


def _customer(row: feed.Row) -> feed.Row:
    number = row["customerNumber"]
    return {"customerno": number, "companyname": row["customerName"], "emailaddress1": f"ap{number}@example.com"}


@contextmanager
def running_service(sizes: Sizes) -> Iterator[Service]:
    """Make the tables, spread over the workers of a cluster, and start a server of one process.

    One sender or reader at a time finds the same connection to the database again, whose caches are warm.
    """
    call_command("migrate", verbosity=0)
    if sizes.is_distributed:
        call_command("distribute", stdout=StringIO())  # it says each step
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        database = stack.enter_context(psycopg.connect(url_of_the_test_database(), autocommit=True))
        server = stack.enter_context(running(gunicorn_command, folder, WEB_CONCURRENCY=1, WEB_THREADS=1))
        yield Service(server, database, sizes)
