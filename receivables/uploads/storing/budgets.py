"""What an account may keep in a day of bad rows, errors and warnings: one key must not fill the disk.

The row of an account stays locked until the upload's transaction ends, which is at once: it is the last thing that an
upload does.
"""

import msgspec
from django.conf import settings
from django.db import connection

from apiauth.models import Account
from receivables.uploads.findings import Findings

FREE_BYTES = 4096  # of one upload, beside its record: small ones need not ask
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
    """Bring findings to what the account's day has room for: first what the receipt says, then the rows in their order.

    Return how many rows are not kept for want of room. An upload that was only tried keeps no rows (`stores_rows`), and
    is told what the real one would be.
    """
    rendered = _receipt_bytes(findings)
    if rendered + findings.rejected_size <= FREE_BYTES:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(ROOM, [account.pk])
        room = settings.REJECTED_BYTES_PER_DAY - cursor.fetchone()[0]
        if rendered > room:
            findings.limit_messages(FEW)
            rendered = 0
        dropped_count = findings.limit_rejected_rows(room - rendered)
        cursor.execute(USE, [rendered + (findings.rejected_size if stores_rows else 0), account.pk])
    return dropped_count


def _receipt_bytes(findings: Findings) -> int:
    """Return the bytes of what the receipt says of rows, beyond the few that it says in any case."""
    errors, warnings = findings.errors[FEW:], findings.warnings[FEW:]
    return len(msgspec.json.encode([errors, warnings])) if errors or warnings else 0
