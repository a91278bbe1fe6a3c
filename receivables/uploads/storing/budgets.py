"""How many bytes of bad rows, errors and warnings an account may store in a day: one key must not fill the disk.

The row of an account stays locked until the upload's transaction ends. That is soon: it is the last step of an upload.
"""

import msgspec
from django.conf import settings
from django.db import connection

from apiauth.models import Account
from receivables.uploads.findings import Findings, without_params

FREE_BYTES = 4096  # of one upload, beside its record; small ones need no query
FEW = 20  # errors, and kinds of warnings, that a receipt has in any case

ROOM = """
INSERT INTO uploads_rejectedbytes AS stored (account_id, day, used)
VALUES (%s, (statement_timestamp() AT TIME ZONE 'UTC')::date, 0)
ON CONFLICT (account_id) DO UPDATE SET
    day = excluded.day, used = CASE WHEN stored.day = excluded.day THEN stored.used ELSE 0 END
RETURNING used
"""
USE = "UPDATE uploads_rejectedbytes SET used = used + %s WHERE account_id = %s"


def fit(findings: Findings, account: Account, *, stores_rows: bool) -> int:
    """Cut findings to what the account's day has room for: first those of the receipt, then the rows in their order.

    Return how many rows are not stored for lack of room. A dry run stores no rows (`stores_rows` is false), and its
    receipt is that of the real upload.
    """
    receipt_bytes = _receipt_bytes(findings)
    if receipt_bytes + findings.rejected_size <= FREE_BYTES:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(ROOM, [account.pk])
        room = settings.REJECTED_BYTES_PER_DAY - cursor.fetchone()[0]
        if receipt_bytes > room:
            findings.limit_messages(FEW)
            receipt_bytes = 0
        dropped_count = findings.limit_rejected_rows(room - receipt_bytes)
        cursor.execute(USE, [receipt_bytes + (findings.rejected_size if stores_rows else 0), account.pk])
    return dropped_count


def _receipt_bytes(findings: Findings) -> int:
    """Return the bytes of the receipt's errors and warnings, without the few that it has in any case."""
    errors, warnings = without_params(findings.errors[FEW:]), without_params(findings.warnings[FEW:])
    return len(msgspec.json.encode([errors, warnings])) if errors or warnings else 0
