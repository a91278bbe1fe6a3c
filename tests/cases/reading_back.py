"""What the service writes, given back to it: by send_feed, by the upload page, and as the body of an upload."""

import gzip
from io import BytesIO
from typing import Any

from receivables.uploads.client.deliveries import Feed
from receivables.uploads.files.readers import FeedFormat
from receivables.uploads.files.tables import Reading
from receivables.uploads.models import Upload

LINES = "application/x-ndjson"
OF_TABLE = {"Prefer": "source=table"}


def as_send_feed_reads(content: bytes, feed_format: FeedFormat, resource: str) -> bytes:
    """Return the lines of JSON that send_feed makes of a file."""
    file, body = BytesIO(content), BytesIO()
    Feed(resource, feed_format, Reading(encoding="")).detected(file).packed(file, body)
    return gzip.decompress(body.getvalue())


def sent_back(upload: Any, content: bytes, feed_format: str, resource: str) -> dict[str, Any]:
    """Send a file as send_feed does; returns the receipt."""
    kind = FeedFormat(feed_format)
    body = as_send_feed_reads(content, kind, resource)
    headers = OF_TABLE if kind.is_table else {}
    return upload(body, resource, content_type=LINES, headers=headers).json()


def chosen_again(uploader: Any, content: bytes, feed_format: str, resource: str) -> Upload:
    """Choose a file on the upload page and confirm it; returns the upload."""
    uploader.choose(f"list.{feed_format}", content, resource=resource)
    uploader.go("confirm")
    return Upload.objects.filter(is_dry_run=False).latest("created_at")


def downloaded(client: Any, path: str) -> bytes:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return b"".join(answer) if answer.streaming else answer.content


def codes(receipt: dict[str, Any]) -> set[tuple[str, str]]:
    return {(warning["code"], warning.get("field", "")) for warning in receipt["warnings"]}
