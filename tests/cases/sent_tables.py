"""Tables that send_feed sends to a server that is not ours."""

import json
from contextlib import suppress
from io import StringIO
from pathlib import Path

from django.core.management import CommandError, call_command
from openpyxl import Workbook

from tests.uploads.foreign_servers import server_that_answers

HEADER = "customerNumber,invoiceNumber,invoiceAmount"
COUNTS = {"received": 1, "created": 1, "updated": 0, "unchanged": 0, "rejected": 0, "invalid": 0}
SHARED = {"resource": "invoices", "dryRun": False, "id": "1", "detail": "No row was taken."} | COUNTS
ACCEPTED = json.dumps(SHARED | {"outcome": "accepted"})


def send(file: Path, *options: str, status: int = 200, text: str = ACCEPTED):
    """Return what the command writes to stdout and to stderr, and the requests that it sent."""
    out, err = StringIO(), StringIO()
    with server_that_answers(status, text) as server, suppress(SystemExit, CommandError):
        url = f"--url=http://127.0.0.1:{server.server_port}"
        call_command("send_feed", "invoices", str(file), "--key=a", url, *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue().splitlines(), server.requests


def written(folder: Path, text: str, encoding: str = "utf-8", name: str = "feed.csv") -> Path:
    file = folder / name
    file.write_bytes(text.encode(encoding))
    return file


def workbook(folder: Path, sheets: dict[str, list[list[object]]], hidden_rows: tuple[int, ...] = ()) -> Path:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for number in hidden_rows:
            sheet.row_dimensions[number].hidden = True
    file = folder / "feed.xlsx"
    book.save(file)
    return file


ROWS = [HEADER.split(","), ["1", "2", 3]]
