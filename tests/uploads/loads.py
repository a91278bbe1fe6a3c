"""Full loads for tests: the rows of a ledger, and what of it is open."""

from typing import Any

from receivables.models import Invoice
from receivables.uploads.loads.terms import BeginTerms
from receivables.uploads.models import FullLoad, LoadState
from tests.factories import invoice_row

OF_1000 = BeginTerms(("1000",))


def ledger(*numbers: Any, **values: Any) -> list[dict[str, Any]]:
    """Return rows of one company code, each of 100 USD, by their invoice numbers."""
    columns = {"companyCode": "1000", "currency": "USD", "customerNumber": "4711", "invoiceAmount": 100} | values
    return [invoice_row(invoiceNumber=str(number), **columns) for number in numbers]


def ledger_of(count: int, **values: Any) -> list[dict[str, Any]]:
    """Return the first rows of that company code, numbered from 1 on."""
    return ledger(*range(1, count + 1), **values)


def open_numbers() -> list[str]:
    """Return the numbers of what is open, sorted as numbers."""
    still_owed = Invoice.objects.exclude(open_amount=0)
    return sorted(still_owed.values_list("invoice_number", flat=True), key=int)


def codes_of(load: FullLoad) -> list[str]:
    """Return the codes of why it was withheld or refused."""
    return [reason["code"] for reason in load.reasons]


def full_load(upload: Any, rows: Any, query: str = "", codes: str = "1000") -> dict[str, Any]:
    """Send rows as all that is open in their company code; return the answer, whatever it is."""
    answer = upload(rows, query=f"?snapshot=true&companyCodes={codes}{query}")
    found: dict[str, Any] = answer.json()
    return found


def withheld_load(upload: Any, *, items: int = 20, missing: int = 12, **values: Any) -> FullLoad:
    """Store so many items, the last ones of which a later full load lacks: too many to close by itself."""
    full_load(upload, ledger(*range(items), **values))
    full_load(upload, ledger(*range(items - missing), **values))
    return FullLoad.objects.get(state=LoadState.WITHHELD)


def begin(client: Any, *codes: str, **said: Any) -> str:
    """Begin a full load in parts and return its address."""
    response = client.post("/jsonApi/snapshots", {"resource": "invoices", "companyCodes": codes or ["1000"], **said})
    assert response.status_code == 201, response.content
    return str(response.json()["url"])


def part_of(load_id: Any, number: int | None = None) -> str:
    """Return the query of an upload that is a part of a full load."""
    return f"?snapshot={load_id}" + ("" if number is None else f"&part={number}")


def send_part(client: Any, url: str, rows: Any, number: int | None = None, **options: Any) -> Any:
    """Upload rows as a part of the full load at an address."""
    query = part_of(url.rpartition("/")[2], number)
    return client.post(f"/jsonApi/upload/invoices{query}", rows, format="json", **options)


def load_of_one_part(client: Any, rows: Any) -> tuple[str, Any]:
    """Begin a full load, send rows as its only part, and commit it; return its address and the answer to the commit."""
    url = begin(client)
    send_part(client, url, rows)
    return url, client.post(f"{url}/commit")


def status_and_code(response: Any) -> tuple[int, str]:
    """Return the status of what was refused, and the code of its first error."""
    return response.status_code, response.json()["errors"][0]["code"]
