"""What a sender said beforehand of its upload, held against what came."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from psycopg import sql

from receivables.money.amounts import amount_text
from receivables.uploads import messages
from receivables.uploads.findings import Findings
from receivables.uploads.messages import GroupedNumber
from receivables.uploads.storing.staging import Stage
from receivables.uploads.terms import CurrencyTotals, Terms


def refuse_unless_expected(cursor: Any, stage: Stage, terms: Terms, findings: Findings, received: int) -> None:
    """Note in the findings, for the body as a whole, where the number of rows or their money is not as expected."""
    if terms.expected_rows is not None and terms.expected_rows != received:
        counts = {"expected": GroupedNumber(terms.expected_rows), "received": GroupedNumber(received)}
        findings.refuse_body(messages.UNEXPECTED_ROWS.rendered(**counts))
    if terms.expected_totals is not None:
        found = _totals_sent(cursor, stage, findings)
        for currency in sorted(terms.expected_totals.keys() | found.keys()):
            _refuse_unless_equal(findings, currency, terms.expected_totals.get(currency), found.get(currency))


def _totals_sent(cursor: Any, stage: Stage, findings: Findings) -> CurrencyTotals:
    """Return the sums of the invoice amounts as they were sent, refused rows' too as far as they can be read."""
    totals: CurrencyTotals = defaultdict(Decimal, findings.refused_money)
    cursor.execute(sql.SQL("SELECT currency, sum(invoice_amount) FROM {} GROUP BY currency").format(stage.layout.stage))
    for currency, total in cursor.fetchall():
        totals[currency] += total
    return totals


def _refuse_unless_equal(findings: Findings, currency: str, expected: Decimal | None, found: Decimal | None) -> None:
    if expected == found:
        return
    sums = {"expected": expected, "found": found}
    texts = {name: amount_text(total, 0) for name, total in sums.items() if total is not None}
    rendered = _why(expected, found).rendered(currency=currency or messages.NO_CURRENCY, **texts)
    findings.refuse_body(rendered)


def _why(expected: Decimal | None, found: Decimal | None) -> messages.Message:
    if expected is None:
        return messages.TOTAL_NOT_NAMED
    return messages.TOTAL_WITHOUT_ROWS if found is None else messages.UNEXPECTED_TOTAL
