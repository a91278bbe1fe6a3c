"""A watched folder before a server that is not ours: files are dropped, and the folder is emptied once."""

import json
import os
from pathlib import Path

from tests.cases.feed_command import send_feed
from tests.factories import invoice_row


def receipt(outcome: str, **members: object) -> str:
    counts = {"received": 1, "created": 1, "updated": 0, "unchanged": 0, "rejected": 0}
    shared = {"outcome": outcome, "resource": "invoices", "dryRun": False, "id": "1", "detail": "No row was taken."}
    return json.dumps(shared | counts | members)


ACCEPTED, REFUSED = receipt("accepted"), receipt("refused")


def drop(folder: Path, name: str, *, seconds: float = 0, rows: object = None) -> Path:
    """Put a file there that was last written so many seconds after the first."""
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps([invoice_row()] if rows is None else rows))
    os.utime(file, (1_700_000_000 + seconds,) * 2)
    return file


def empty(folder: Path, server, *arguments: str) -> int:
    """Send what lies in the folder, and return the exit code."""
    return send_feed(server, *arguments, f"--watch={folder}", "--once", "--settle=0")[0]


def names(folder: Path) -> list[str]:
    """Return the files in the folder that are not hidden."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(str(path) for path in found if not path.name.startswith("."))


def keys(server) -> list[str]:
    return [headers["Idempotency-Key"] for _, headers in server.requests]
