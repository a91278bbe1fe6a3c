"""Tables as send_feed reads them: their rows, the lines of these, and what was noticed beside them."""

import json
from io import BytesIO

from receivables.uploads.files.file_types import CSV
from receivables.uploads.files.table_rows import lines_of_table
from receivables.uploads.files.tables import Reading
from tests.cases.reading_back import as_send_feed_reads

HEADER = "customerNumber;invoiceNumber;invoiceAmount\n"
ROW = {"customerNumber": "1", "invoiceNumber": "S1", "invoiceAmount": 7}


def rows(text, file_type=CSV):
    content = text.encode() if isinstance(text, str) else text
    return [json.loads(line) for line in as_send_feed_reads(content, file_type, "invoices").splitlines()]


def noticed(content, file_type=CSV, **reading):
    """Read all rows of a file; returns what was noticed beside them, and the rows."""
    told = Reading(**reading)
    with file_type.open_table(BytesIO(content), told) as table:
        found = [json.loads(row) for _, row in lines_of_table(table, "invoices", told)]
    return table.noticed, found


def numbered(content, file_type=CSV):
    return [number for number, _ in file_type.numbered_lines(BytesIO(content), "invoices", Reading())]
