"""What a sender said beforehand of its upload, held against what came."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from psycopg import sql

from receivables.amounts import amount_text
from receivables.uploads.findings import Findings
from receivables.uploads.staging import Stage
from receivables.uploads.terms import CurrencyTotals, Terms


def refuse_unless_expected(cursor: Any, stage: Stage, terms: Terms, findings: Findings, received: int) -> None:
    """Note in the findings, for the body as a whole, where the number of rows or their money is not as expected."""
    if terms.expected_rows is not None and terms.expected_rows != received:
        message = (
            f"expectedRows is {terms.expected_rows:,}, but {received:,} came. The array is not whole; send it again."
        )
        findings.refuse_body("unexpected_rows", message)
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
    told = "is not named in expectedTotal" if expected is None else f"should sum to {amount_text(expected, 0)}"
    came = "no row of it came" if found is None else f"the rows' invoice amounts sum to {amount_text(found, 0)}"
    message = f"{currency or 'No currency'}: it {told}, and {came}. Correct the rows or the total, and send it again."
    findings.refuse_body("unexpected_total", message)
