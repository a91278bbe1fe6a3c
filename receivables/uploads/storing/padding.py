"""Whether an account's uploads pad customer numbers with zeros. SAP's do every night, so it is said when it begins.

What the last upload of a resource did that was taken is a row or none in a table. It is read and written under the
merge lock, and what an upload writes that is only tried is rolled back with it. An upload pads if any of its numbers is
padded. One without ends the habit if it has a number that would have been padded: of one to nine digits.
"""

from typing import Any

from psycopg import sql

from apiauth.models import Account
from receivables.uploads.findings import Findings
from receivables.uploads.storing.staging import Stage

PADDED = "padded_number"
IS_KNOWN = "SELECT EXISTS (SELECT FROM uploads_paddedfeed WHERE account_id = %(account)s AND resource = %(resource)s)"
BEGINS = (
    "INSERT INTO uploads_paddedfeed (account_id, resource) VALUES (%(account)s, %(resource)s) ON CONFLICT DO NOTHING"
)
ENDS = (
    "DELETE FROM uploads_paddedfeed WHERE account_id = %(account)s AND resource = %(resource)s"
    " AND EXISTS (SELECT FROM {stage} WHERE customer_number ~ '^[1-9][0-9]{{0,8}}$')"
)


def update_padding(
    cursor: Any, stage: Stage, account: Account, resource: str, findings: Findings, is_known: bool
) -> None:
    """Say that numbers are padded unless the upload before did so as well, and keep what this one does."""
    keys = {"account": account.pk, "resource": resource}
    pads = findings.has_warning(PADDED)
    if pads and is_known:
        findings.drop_warnings(PADDED)
    elif pads:
        cursor.execute(BEGINS, keys)
    elif is_known:
        cursor.execute(sql.SQL(ENDS).format(stage=stage.layout.stage), keys)


def drop_known_padding(cursor: Any, account: Account, resource: str, findings: Findings) -> None:
    """Do the same where nothing was taken, and so nothing is kept."""
    if findings.has_warning(PADDED):
        cursor.execute(IS_KNOWN, {"account": account.pk, "resource": resource})
        if cursor.fetchone()[0]:
            findings.drop_warnings(PADDED)
