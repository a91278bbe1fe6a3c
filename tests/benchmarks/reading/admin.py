"""The admin's main pages, beside the SQL that each needs, run again by psycopg with no Django in between."""

from statistics import median
from time import perf_counter

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apiauth.models import Account
from customers.models import Customer
from receivables.figures.caching import cache_statuses, refresh_figures
from receivables.models import Invoice
from tests.benchmarks.progress import note
from tests.benchmarks.reading.bench import SERVICE, Bench
from tests.benchmarks.report import Line
from tests.benchmarks.sending import WrongAnswer

ROUNDS = 3  # of each run
BARE = "its SQL alone"
MOST_SECONDS = 600


def admin(bench: Bench) -> list[Line]:
    """Let a member of staff ask for each page, of a service in this process."""
    member = User.objects.create_superuser("member")
    bench.portfolio.account.members.add(member)
    client = Client(SERVER_NAME="localhost")
    client.force_login(member)
    made = _figures_refreshed()
    return [made, *(line for name, path in _pages(bench).items() for line in _page(bench, client, name, path))]


def _figures_refreshed() -> Line:
    """Refresh the figures of every account, so that the pages find them cached."""
    started = perf_counter()
    refresh_figures(cache_statuses(Account.objects.all()), MOST_SECONDS)
    seconds = perf_counter() - started
    note("figures of all accounts, made anew", SERVICE, seconds)
    return Line("figures of all accounts, made anew", SERVICE, 0, (seconds,))


def _pages(bench: Bench) -> dict[str, str]:
    """Return the path of each page; customer and invoice are those of the customer that has most."""
    account = bench.portfolio.account.pk
    busiest = bench.tables.value(
        "SELECT min(customer_number) FROM receivables_invoice WHERE account_id = %s"
        " GROUP BY customer_number_key ORDER BY count(*) DESC LIMIT 1",
        account,
    )
    customer = Customer.objects.filter(account=account).numbered(busiest).latest("pk")
    invoice = Invoice.objects.filter(account=account).numbered(busiest).latest("pk")
    invoices, customers = (
        reverse("admin:receivables_invoice_changelist"),
        reverse("admin:customers_customer_changelist"),
    )
    return {
        "dashboard": reverse("admin:index"),
        "invoices": invoices,
        "invoices, overdue": f"{invoices}?due=overdue&account__id__exact={account}",
        "invoices, a customer's": f"{invoices}?customer={busiest.lstrip('0')}",
        "invoices, search": f"{invoices}?q={invoice.invoice_number}",
        "an invoice": reverse("admin:receivables_invoice_change", args=[invoice.pk]),
        "customers": customers,
        "customers, most overdue": f"{customers}?most_overdue={invoice.currency}",
        "customers, search": f"{customers}?q=Manufacturing",
        "the busiest customer": reverse("admin:customers_customer_change", args=[customer.pk]),
        "uploads": reverse("admin:uploads_upload_changelist"),
        "API keys": reverse("admin:apiauth_apikey_changelist"),
    }


def _page(bench: Bench, client: Client, name: str, path: str) -> list[Line]:
    statements = _statements(client, path)
    of_page = [_seconds(client, path) for _ in range(bench.runs * ROUNDS)]
    of_sql = [_replayed(bench, statements) for _ in range(bench.runs * ROUNDS)]
    note(name, SERVICE, median(of_page))
    return [
        Line(name, f"{SERVICE}, {len(statements)} queries", 0, tuple(of_page)),
        Line(name, BARE, 0, tuple(of_sql), median(of_page) / median(of_sql)),
    ]


def _statements(client: Client, path: str) -> list[str]:
    """Return the queries of a page that was requested before, so that caches are filled."""
    _seconds(client, path)
    with CaptureQueriesContext(connection) as captured:
        _seconds(client, path)
    return [query["sql"] for query in captured.captured_queries]


def _seconds(client: Client, path: str) -> float:
    started = perf_counter()
    answer = client.get(path)
    seconds = perf_counter() - started
    if answer.status_code != 200:
        raise WrongAnswer(f"{path} was answered with {answer.status_code}")
    return seconds


def _replayed(bench: Bench, statements: list[str]) -> float:
    started = perf_counter()
    for statement in statements:
        cursor = bench.tables.connection.execute(statement.encode(), prepare=False)
        while cursor.nextset():
            continue
        if cursor.description:
            cursor.fetchall()
    return perf_counter() - started
