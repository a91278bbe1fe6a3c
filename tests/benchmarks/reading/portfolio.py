"""Three years of invoices of three accounts, the same on every machine but for the day that they end on.

PostgreSQL draws them itself: a feed's rows are the pattern, and what tells one invoice from another is worked out from
its place. Days follow places, as they do where a feed comes every night, so that a customer's rows lie far apart.
"""

from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter
from typing import Any, LiteralString

from psycopg import sql

from apiauth.models import Account
from receivables.models import today
from tests.benchmarks import feed, floor
from tests.benchmarks.database import Tables
from tests.benchmarks.progress import note
from tests.factories import key_headers

INVOICES_OF_A_CUSTOMER = 20  # on average; the largest has some four thousand, most have a few
BATCH = 50_000
STEEPNESS = 1500  # by Zipf's law: how many times as many the largest has as the smallest
SHARES = [0, 90, 98]  # the percentage of customers from which on they belong to the next account
YEARS = timedelta(days=3 * 365)
YET_TO_COME = timedelta(days=60)  # the last feed was that of yesterday: some of its items are due later

# A number from 0 to 1 for a place, the same wherever it is drawn; each thing that is drawn has its own.
CHANCE: LiteralString = """
CREATE FUNCTION pg_temp.chance(place bigint, thing bigint) RETURNS float8 LANGUAGE sql IMMUTABLE
RETURN (hashint8extended(place, thing) & 2147483647) / 2147483648.0::float8
"""
DRAWN: LiteralString = """
SELECT place,
       floor(%(customers)s * (power(%(steepness)s, pg_temp.chance(place, 1)) - 1) / (%(steepness)s - 1))::int
         AS customer,
       %(first_day)s::date + (place * %(days)s / %(count)s)::int AS day,
       round((10 + 9000 * power(pg_temp.chance(place, 2), 3))::numeric, 2) AS amount,
       pg_temp.chance(place, 3) AS payment,
       pg_temp.chance(place, 4) AS kind,
       pg_temp.chance(place, 5) AS oddity,
       pg_temp.chance(place, 6) AS state
FROM generate_series(%(first)s::bigint, least(%(first)s + %(batch)s, %(count)s) - 1) AS place
"""
# What tells invoices apart, in terms of what is drawn. Of a hundred, thirty are settled and ten paid in part; ten are
# credits; two have no due date; one has a balance that is no amount.
COLUMNS: dict[str, LiteralString] = {
    "account_id": "(%(accounts)s::bigint[])[width_bucket(customer %% 100, %(shares)s::int[])]",
    "customer_number": "lpad((100000 + customer)::text, 10, '0')",
    "customer_name": "'Customer ' || customer || ' Manufacturing and Trading Company'",
    "company_code": "CASE customer %% 7 WHEN 0 THEN overlay(company_code PLACING '02' FROM 3) ELSE company_code END",
    "currency": "CASE customer %% 1000 WHEN 77 THEN 'CHF' ELSE currency END",
    "billing_address": "jsonb_set(billing_address, '{street}', to_jsonb(customer || ' Main Street'))",
    "invoice_number": "(9000000000 + place)::text",
    "accounting_doc_number": "(1800000000 + place)::text",
    "reference1": "'PO ' || 4500000000 + place / 3",
    "reference_doc_number": "(8000000000 + place)::text",
    "item_text": "'Delivery ' || place || ' as per frame contract'",
    "fiscal_year": "to_char(day, 'YYYY')",
    "fiscal_period": "to_char(day, 'MM')",
    "posting_date": "day",
    "invoice_date": "day - 1",
    "issue_date": "day",
    "due_date": "CASE WHEN oddity >= 0.02 THEN day + (ARRAY[14, 30, 30, 60])[customer %% 4 + 1] END",
    "document_type": "CASE WHEN kind < 0.07 THEN 'DG' WHEN kind < 0.1 THEN 'DZ'"
    " WHEN kind < 0.15 THEN 'AB' ELSE 'RV' END",
    "posting_key": "CASE WHEN kind < 0.07 THEN '11' WHEN kind < 0.1 THEN '15' ELSE '01' END",
    "debit_credit_indicator": "CASE WHEN kind < 0.1 THEN 'H' ELSE 'S' END",
    "invoice_amount": "amount",
    "local_amount": "amount",
    "balance_text": "CASE WHEN oddity > 0.99 THEN 'see dunning letter' ELSE balance::text END",
    "balance_amount": "CASE WHEN oddity > 0.99 THEN NULL ELSE balance END",
    "status": "CASE WHEN balance = 0 THEN 'cleared' WHEN state < 0.0005 THEN 'written off'"
    " WHEN state < 0.05 THEN 'disputed' ELSE 'open' END",
    "extra": """CASE WHEN state > 0.99 THEN '{"ZZREGION": "7"}'::jsonb ELSE '{}'::jsonb END""",
    "last_upload_id": "md5(day::text)::uuid",
    "created_at": "(day + time '02:10:00.123456') AT TIME ZONE 'UTC'",
    "updated_at": "(least(day + (30 * payment)::int, %(last_day)s::date) + time '02:10:00.123456') AT TIME ZONE 'UTC'",
}
CUSTOMERS: LiteralString = """
INSERT INTO customers_customer
  (account_id, company_code, customer_number, company_name, first_name, last_name, phone_number, email_address, extra)
SELECT account_id, min(company_code), customer_number, min(customer_name), 'Jo', 'Miller',
       '+1 555 ' || right(customer_number, 4), 'ap' || customer_number || '@example.com', '{}'
FROM receivables_invoice GROUP BY account_id, customer_number ORDER BY customer_number
"""
OF_A_FULL_PAGE: LiteralString = """
SELECT c.id, c.customer_number_key
FROM customers_customer c JOIN receivables_invoice i USING (account_id, customer_number_key)
WHERE account_id = %s GROUP BY c.id, c.customer_number_key HAVING count(*) >= 100 ORDER BY hashint8(c.id)
"""


@dataclass(frozen=True)
class Portfolio:
    """The account that holds most, its key pair, how many invoices it has, and its customers of a hundred or more,
    each by id and number.
    """

    account: Account
    headers: dict[str, str]
    rows: int
    customers: list[tuple[int, str]]


def portfolio(tables: Tables, count: int) -> Portfolio:
    """Fill the tables with so many invoices, of a twentieth as many customers."""
    accounts = [Account.objects.create(name=name, amount_decimal_places=2) for name in ("Most", "Some", "Few")]
    started = perf_counter()
    _draw(tables, count, accounts)
    tables.run(CUSTOMERS, "VACUUM (ANALYZE) customers_customer")
    tables.settle()
    note("reading", f"filling the table with {count:,}", perf_counter() - started)
    most = accounts[0]
    rows = tables.value("SELECT count(*) FROM receivables_invoice WHERE account_id = %s", most.pk)
    customers = tables.connection.execute(OF_A_FULL_PAGE, [most.pk]).fetchall()
    return Portfolio(most, key_headers(most), rows, customers)


def _draw(tables: Tables, count: int, accounts: list[Account]) -> None:
    _keep_a_pattern(tables, accounts[0])
    last_day = today() - timedelta(days=1)
    parameters = {
        "count": count,
        "customers": max(1, count // INVOICES_OF_A_CUSTOMER),
        "steepness": STEEPNESS,
        "accounts": [account.pk for account in accounts],
        "shares": SHARES,
        "first_day": last_day - YEARS,
        "days": YEARS.days + 1,
        "last_day": last_day,
    }
    tables.run(CHANCE)
    insertion = _insertion(tables)
    for first in range(
        0, count, BATCH
    ):  # each finds its rows in whichever order, and stores them behind the last one's
        tables.connection.execute(insertion, parameters | {"first": first, "batch": BATCH})


def _keep_a_pattern(tables: Tables, account: Account) -> None:
    """Leave the invoices of a feed, one of each of its customers, in a table of their own."""
    tables.empty()
    floor.copy(tables.connection, floor.records(feed.invoices(feed.CUSTOMER_COUNT), account.pk))
    tables.run("CREATE TEMPORARY TABLE pattern AS SELECT * FROM receivables_invoice", "ANALYZE pattern")
    tables.empty()


def _insertion(tables: Tables) -> sql.Composed:
    copied = [name for name in tables.copied_columns() if name not in COLUMNS]
    return sql.SQL(
        "INSERT INTO receivables_invoice ({names}, {copied}) SELECT {values}, {copied} FROM"
        " (SELECT *, CASE WHEN payment < 0.3 THEN 0"
        " WHEN payment < 0.4 THEN round(amount / 2, 2) ELSE amount END AS balance"
        " FROM ({drawn}) AS place) AS drawn"
        " JOIN pattern ON pattern.customer_number_key = (100000 + customer %% {patterns})::text"
    ).format(
        names=_listed(map(sql.Identifier, COLUMNS)),
        values=_listed(map(sql.SQL, COLUMNS.values())),
        copied=_listed(map(sql.Identifier, copied)),
        drawn=sql.SQL(DRAWN),
        patterns=feed.CUSTOMER_COUNT,
    )


def _listed(parts: Any) -> sql.Composed:
    return sql.SQL(", ").join(parts)
