"""Uploads that are full loads, as examples beside the answers that every upload has."""

from collections import defaultdict
from typing import Any

from django.test import override_settings
from rest_framework.test import APIClient

from tests.factories import AccountFactory, key_headers
from tests.uploads.loads import ledger

OPEN = [str(number) for number in range(1, 61)]
WHOLE = "?snapshot=true&companyCodes=1000"
STORED_LATER = "&extractedAt=2026-01-31T18:00:00Z"
# What was sent when the items above were open, in this order: the numbers, and more of the query.
UPLOADS: dict[str, tuple[list[str], str]] = {
    "a full load that lacks nothing": (OPEN, STORED_LATER),
    "a full load that would be withheld, tried": (OPEN[55:], "&dryRun=true"),
    "a full load that closes": (OPEN[2:], ""),
    "a full load that is withheld": (OPEN[55:], ""),
    "a full load that is older than the last one": (OPEN, "&extractedAt=2026-01-30T18:00:00Z"),
    "a night of other padding": ([*OPEN[2:50], *(f"00{number}" for number in OPEN[50:])], ""),
    "a full load with other sums": (OPEN[2:], "&expectedOpen=1000/USD:6000"),
    "a full load without rows": ([], ""),
}


def recorded_examples() -> dict[str, dict[str, dict[str, Any]]]:
    """Return answers by operation, status and title."""
    examples: dict[str, dict[str, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
    client = APIClient(
        headers=key_headers(AccountFactory(name="Acme Full Loads")), SERVER_NAME="receivables.example.com"
    )
    with override_settings(ALLOWED_HOSTS=["receivables.example.com"]):
        for title, (numbers, query) in UPLOADS.items():
            address = f"/jsonApi/upload/invoices{WHOLE}{query}"
            response: Any = client.post(address, ledger(*numbers), format="json", secure=True)
            response.body = response.getvalue()
            examples["uploadInvoices"][str(response.status_code)][title] = response
    return examples
