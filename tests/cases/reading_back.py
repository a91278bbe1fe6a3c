"""What the service writes, given back to it: by send_feed, by the upload page, and as the body of an upload."""

import gzip
from io import BytesIO
from typing import Any

from receivables.uploads.client.feeds import Feed
from receivables.uploads.files.file_types import FILE_TYPES, FileType
from receivables.uploads.files.tables import Reading
from receivables.uploads.models import Upload

FORMATS = ["csv", "ndjson", "xlsx"]
OWN_INVOICE_NAMES = {"id", "openAmount", "closedAt", "closedReason", "closedBy", "createdAt", "updatedAt"}
OWN_CUSTOMER_NAMES = {"id", "createdAt", "updatedAt"}
# A list in CSV defuses what a spreadsheet takes for a formula with an apostrophe; some look as if it had been done.
DEFUSED_TEXTS = [
    "+49 89 1234-0",
    "=Sum & Co",
    "@home",
    "-",
    "'quoted'",
    "'=1+1",
    "''+1",
    "|dde",
    "\uff1dfull width",
    "\u00a0=behind a blank"[1:],
    "- a dash, and more",
    "-5",
    "'-5",
    "+1,5",
    "'",
    "''",
    "'0012",
    "=1\r\n+2",
]
LINES = "application/x-ndjson"
OF_TABLE = {"Prefer": "source=table"}


def as_send_feed_reads(content: bytes, file_type: FileType, resource: str) -> bytes:
    """Return the lines of JSON that send_feed makes of a file."""
    file, body = BytesIO(content), BytesIO()
    Feed(resource, file_type, Reading(encoding="")).detected(file).packed(file, body)
    return gzip.decompress(body.getvalue())


def sent_back(upload: Any, content: bytes, name_of_type: str, resource: str) -> dict[str, Any]:
    """Send a file as send_feed does; returns the receipt."""
    file_type = FILE_TYPES[name_of_type]
    body = as_send_feed_reads(content, file_type, resource)
    headers = OF_TABLE if file_type.is_table else {}
    return upload(body, resource, content_type=LINES, headers=headers).json()


def chosen_again(uploader: Any, content: bytes, file_type: str, resource: str) -> Upload:
    """Choose a file on the upload page and confirm it; returns the upload."""
    uploader.choose(f"list.{file_type}", content, resource=resource)
    uploader.go("confirm")
    return Upload.objects.filter(is_dry_run=False).latest("created_at")


def downloaded(client: Any, path: str) -> bytes:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return b"".join(answer) if answer.streaming else answer.content


def codes(receipt: dict[str, Any]) -> set[tuple[str, str]]:
    return {(warning["code"], warning.get("field", "")) for warning in receipt["warnings"]}
