"""What the report of movements says, for tests."""

from decimal import Decimal
from typing import Any

REPORT = "/jsonApi/reports/movements"


def report(client: Any, **query: Any) -> dict[str, Any]:
    """Return the report of movements."""
    response = client.get(REPORT, query)
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def since(client: Any, receipt: dict[str, Any], **query: Any) -> dict[str, Any]:
    """Return what moved after an upload."""
    return report(client, since=f"load:{receipt['id']}", **query)


def shortly(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Return kind, invoice number, currency and difference of each item of a report."""
    return [(row["kind"], row["invoiceNumber"], row["currency"], row["difference"]) for row in found["results"]]


def amounts(found: dict[str, Any]) -> dict[tuple[str, str], Decimal]:
    """Return by how much each company code and currency moved, over all kinds."""
    totals: dict[tuple[str, str], Decimal] = {}
    for row in found["sums"]:
        key = row["companyCode"], row["currency"]
        totals[key] = totals.get(key, Decimal(0)) + Decimal(row["amount"])
    return totals
