"""Checks of an upload as a whole: are its staged rows as expected, and do the merged ones fit to what is stored?

The latter run no query where no row is new and none has an unusual status. An account's currencies are read from the
totals of its latest uploads and from its cached figures: to search its invoices for them would take longer than the
upload. A currency that neither has is not found.

SAP pads customer numbers with zeros every night, so an account is warned of it only when it begins. Whether the last
upload of a resource padded is a row or none in a table. It is read and written under the merge lock; what a dry run
writes is rolled back. An upload pads if any of its numbers is padded. An upload without padding ends the habit if it
has a number that would have been padded: of one to nine digits.
"""

from collections import defaultdict
from decimal import Decimal
from functools import lru_cache
from typing import Any

from psycopg import sql

from apiauth.models import Account
from receivables.money import amount_text
from receivables.uploads import messages, warnings
from receivables.uploads.findings import Findings
from receivables.uploads.messages import GroupedNumber, Sums, printable
from receivables.uploads.rows.row_checks import SETTLED, RowChecks
from receivables.uploads.storing.match_sql import same_item_sql
from receivables.uploads.storing.merge import IS_PADDING_KNOWN, Merged
from receivables.uploads.storing.staging import Shape, Stage
from receivables.uploads.terms import CurrencyTotals, Terms

MAX_SUMS = 10  # currencies that a warning names
LATEST_UPLOADS = 50
# Currencies of accounts that were looked up in this process and have no other spelling. If one comes later, its own
# upload gets the warning.
_UNIQUE: set[tuple[int, str]] = set()
MAX_UNIQUE = 100_000

PADDED = "padded_number"
BEGINS = (
    "INSERT INTO uploads_paddedfeed (account_id, resource) VALUES (%(account)s, %(resource)s) ON CONFLICT DO NOTHING"
)
ENDS = (
    "DELETE FROM uploads_paddedfeed WHERE account_id = %(account)s AND resource = %(resource)s"
    " AND EXISTS (SELECT 1 FROM {stage} WHERE customer_number ~ '^[1-9][0-9]{{0,8}}$')"
)

_CURRENCIES = """
SELECT total ->> 'currency' FROM (
    SELECT totals FROM uploads_upload WHERE account_id = %(account)s AND resource = 'invoices'
    AND NOT is_dry_run AND outcome IN ('accepted', 'partial') ORDER BY created_at DESC LIMIT %(latest)s
) AS latest, jsonb_array_elements(totals) AS total
UNION SELECT position ->> 'currency' FROM receivables_accountfigures, jsonb_array_elements(figures -> 'positions')
AS position WHERE account_id = %(account)s
"""


def check_expectations(cursor: Any, stage: Stage, terms: Terms, findings: Findings, received: int) -> None:
    """Note in the findings, for the body as a whole, where the number of rows or their money is not as expected."""
    if terms.expected_rows is not None and terms.expected_rows != received:
        counts = {"expected": GroupedNumber(terms.expected_rows), "received": GroupedNumber(received)}
        findings.refuse_body(messages.UNEXPECTED_ROWS.rendered(**counts))
    if terms.expected_totals is not None:
        # The invoice amounts as they were sent, refused rows' too as far as they can be read.
        found: CurrencyTotals = defaultdict(Decimal, findings.refused_money)
        query = sql.SQL("SELECT currency, sum(invoice_amount) FROM {} GROUP BY currency").format(stage.layout.stage)
        for currency, total in cursor.execute(query).fetchall():
            found[currency] += total
        for currency in sorted(terms.expected_totals.keys() | found.keys()):
            _refuse_unless_equal(findings, currency, terms.expected_totals.get(currency), found.get(currency))


def _refuse_unless_equal(findings: Findings, currency: str, expected: Decimal | None, found: Decimal | None) -> None:
    if expected == found:
        return
    sums = {"expected": expected, "found": found}
    texts = {name: amount_text(total, 0) for name, total in sums.items() if total is not None}
    if expected is None:
        message = messages.TOTAL_NOT_NAMED
    else:
        message = messages.TOTAL_WITHOUT_ROWS if found is None else messages.UNEXPECTED_TOTAL
    findings.refuse_body(message.rendered(currency=currency or messages.NO_CURRENCY, **texts))


def update_padding(
    cursor: Any, stage: Stage, account: Account, resource: str, findings: Findings, is_known: bool
) -> None:
    """Drop the warning of padding if the last upload padded as well, and store what this one does."""
    keys = {"account": account.pk, "resource": resource}
    pads = findings.has_warning(PADDED)
    if pads and is_known:
        findings.drop_warnings(PADDED)
    elif pads:
        cursor.execute(BEGINS, keys)
    elif is_known:
        cursor.execute(sql.SQL(ENDS).format(stage=stage.layout.stage), keys)


def drop_known_padding(cursor: Any, account: Account, resource: str, findings: Findings) -> None:
    """Do the same for a refused upload, of which nothing is stored."""
    if findings.has_warning(PADDED):
        cursor.execute(IS_PADDING_KNOWN, {"account": account.pk, "resource": resource})
        if cursor.fetchone()[0]:
            findings.drop_warnings(PADDED)


@lru_cache
def settled_but_open_sql(shape: Shape) -> str:
    """What is open in the staged rows of some statuses, by currency. Each is looked up by its identity."""
    return (
        sql.SQL(
            "SELECT t.currency, count(*), min(s.row_index), sum(t.open_amount) FROM {stage} AS s CROSS JOIN LATERAL"
            " (SELECT currency, open_amount FROM {table} AS t"
            " WHERE t.account_id = %(account)s::bigint AND {same_item} LIMIT 1) AS t"
            " WHERE s.status = ANY(%(statuses)s) AND t.open_amount <> 0 GROUP BY 1 ORDER BY 2 DESC, 1"
        )
        .format(stage=shape.layout.stage, table=shape.layout.table, same_item=same_item_sql(shape))
        .as_string()
    )


class StoredChecks:
    """Of one upload, whose rows are merged and still on the stage."""

    def __init__(self, cursor: Any, stage: Stage, account: Account, checks: RowChecks, findings: Findings):
        self.cursor, self.stage, self.account = cursor, stage, account
        self.checks, self.findings = checks, findings

    def warn(self, merged: Merged) -> None:
        if self.checks.settled_statuses:
            self._check_settled_items()
        if merged.created_count or merged.updated_count:
            self._check_currencies({currency for _, currency in [*merged.before, *merged.after]})

    def _check_settled_items(self) -> None:
        parameters = {"account": self.account.pk, "statuses": sorted(self.checks.settled_statuses)}
        self.cursor.execute(settled_but_open_sql(self.stage.shape), parameters)
        found = self.cursor.fetchall()
        if not found:
            return
        name = self.checks.names["status"]
        rows, first_index = sum(row[1] for row in found), min(row[2] for row in found)
        self.findings.warn_of_rows(SETTLED, name, rows, first_index)
        decimal_places = self.account.amount_decimal_places
        named = [
            {"currency": currency, "openAmount": amount_text(amount, decimal_places)}
            for currency, _, _, amount in found[:MAX_SUMS]
        ]
        listed = Sums(named if len(named) == len(found) else [*named, {}])
        self.findings.explain(SETTLED, name, warnings.OPEN_IN_THEM.rendered(sums=listed), sums=named)

    def _check_currencies(self, own: set[str]) -> None:
        """Look for currencies that differ by case alone, in the array or between it and what is stored."""
        sent = self.checks.currencies - {""}
        spellings: dict[str, set[str]] = defaultdict(set)
        for currency in sent.union(own, self._stored_beside(sent)):
            spellings[currency.upper()].add(currency)
        alike = sorted(currency for currency in sent if len(spellings[currency.upper()]) > 1)
        if alike:
            self._name_currencies(alike, spellings)
        _UNIQUE.update((self.account.pk, currency) for currency in sent.difference(alike))

    def _stored_beside(self, sent: set[str]) -> set[str]:
        """Return the account's currencies, unless it is known that those that were sent have no other spelling."""
        if all((self.account.pk, currency) in _UNIQUE for currency in sent):
            return set()
        if len(_UNIQUE) > MAX_UNIQUE:
            _UNIQUE.clear()
        self.cursor.execute(_CURRENCIES, {"account": self.account.pk, "latest": LATEST_UPLOADS})
        return {currency for (currency,) in self.cursor.fetchall()}

    def _name_currencies(self, alike: list[str], spellings: dict[str, set[str]]) -> None:
        query = sql.SQL(
            "SELECT count(*), min(row_index), (array_agg(currency ORDER BY row_index))[1] FROM {}"
            " WHERE currency = ANY(%s)"
        )
        self.cursor.execute(query.format(self.stage.layout.stage), [alike])
        [(count, first_index, first)] = self.cursor.fetchall()
        if count:
            name = self.checks.names["currency"]
            other = min(spellings[first.upper()] - {first})
            self.findings.warn_of_rows("currency_case", name, count, first_index)
            hint = warnings.BESIDE_CURRENCY.rendered(value=printable(first), other=printable(other))
            self.findings.explain("currency_case", name, hint, value=printable(first))
