import json
from pathlib import Path

import pytest

from tests.cases.row_warnings import by_code
from tests.factories import invoice_row


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a sender of files, who has a secret."""
    monkeypatch.setenv("RECEIVABLES_API_SECRET", "sk_secret")
    return tmp_path


@pytest.fixture
def night_file(folder: Path) -> Path:
    """A file of five rows in this folder."""
    file = folder / "night.json"
    file.write_text(json.dumps([invoice_row(invoiceNumber=str(n), companyCode="1000") for n in range(5)]))
    return file


@pytest.fixture
def stored(receipt, client):
    """Upload one row, and return its open amount and the warnings of the receipt, by code."""

    def of(**values):
        warnings = receipt([invoice_row(invoiceAmount=100, **values)])["warnings"]
        [row] = client.get("/jsonApi/invoices").json()["results"]
        return row["openAmount"], by_code(warnings)

    return of


@pytest.fixture
def warned(receipt):
    """Upload rows that differ as told, and return the warnings of the receipt, by code."""

    def of(*rows, **options):
        sent = [invoice_row(**{"invoiceNumber": f"{n}", "invoiceAmount": 100} | row) for n, row in enumerate(rows)]
        return by_code(receipt(sent, **options)["warnings"])

    return of
