"""Tables whose numbers and days are read in the format that their values prove, or that is stated."""

import json
from io import BytesIO
from typing import Any

from receivables.uploads.files.file_types import CSV, TableFile
from receivables.uploads.files.survey import survey
from receivables.uploads.files.tables import Reading

NAMES = ["customerNumber", "invoiceNumber", "invoiceAmount", "dueDate", "balanceAmount", "localAmount"]


def read(file: bytes, file_type: TableFile = CSV, **stated: str) -> list[dict[str, Any]]:
    """Return the rows of a file whose format is settled; numbers as the text that they are written with."""
    reading = Reading(**stated)  # type: ignore[arg-type]
    with file_type.open_table(BytesIO(file), reading) as table:
        reading = survey(table, "invoices", reading).settled(reading)
    lines = file_type.numbered_lines(BytesIO(file), "invoices", reading)
    return [json.loads(line, parse_int=_literal, parse_float=_literal) for _, line in lines]


def _literal(number: str) -> str:
    return f"number {number}"


def csv_of(column: str, *cells: str, more: str = "") -> bytes:
    header = f"customerNumber;invoiceNumber;{column}{more and ';' + more}\n"
    return (header + "".join(f"1;{place};{cell}{more and ';'}\n" for place, cell in enumerate(cells))).encode()


def amounts(*cells: str, column: str = "invoiceAmount", **stated: str) -> list[Any]:
    return [row[column] for row in read(csv_of(column, *cells), **stated)]


def days(*cells: str, **stated: str) -> list[Any]:
    return [row["dueDate"] for row in read(csv_of("dueDate", *cells), **stated)]
