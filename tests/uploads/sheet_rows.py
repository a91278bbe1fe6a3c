"""The rows of a workbook as send_feed reads them."""

import json
from io import BytesIO

from receivables.uploads.files.file_types import XLSX
from receivables.uploads.files.tables import Reading


def numbered(workbook: bytes, reading: Reading | None = None) -> list[tuple[int | None, dict[str, object]]]:
    lines = XLSX.numbered_lines(BytesIO(workbook), "invoices", reading or Reading())
    return [(number, json.loads(line, parse_int=_number, parse_float=_number)) for number, line in lines]


def rows(workbook: bytes, reading: Reading | None = None) -> list[dict[str, object]]:
    return [row for _, row in numbered(workbook, reading)]


def _number(literal: str) -> str:
    return f"number {literal}"
