"""A server that is not ours, to which a full load is sent in parts."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.cases.feed_command import send_feed
from tests.uploads.scripted_servers import Request

COUNTS = {"received": 0, "created": 0, "updated": 0, "unchanged": 0, "rejected": 0, "invalid": 0}
SNAPSHOT = {"id": "L1", "companyCodes": ["1000"], "outcome": "closed", "reasons": [], "leftOut": []}
MISSING = [{"companyCode": "1000", "currency": "USD", "items": 2, "openAmount": "7"}]


def receipt(upload_id: str, **members: object) -> dict[str, Any]:
    return {"id": upload_id, "resource": "invoices", "outcome": "accepted", "dryRun": False, **COUNTS, **members}


def total(rows: int, before: str, after: str) -> dict[str, Any]:
    return {"companyCode": "1000", "currency": "USD", "rows": rows, "invoiceAmount": "1.5"} | {
        "openBefore": before,
        "openAfter": after,
    }


PART = receipt("P", received=2, created=2, totals=[total(2, "0", "3.5")])
COMMIT = receipt("C", snapshot=SNAPSHOT | {"missing": MISSING}, totals=[total(0, "7", "0")])


class Loads:
    """What a server answers to each step of a load; steps that are not named are taken."""

    def __init__(self, **steps: tuple[int, object]):
        self.steps = {
            "begin": (201, {"id": "L1", "state": "open"}),
            "part": (200, PART),
            "commit": (200, COMMIT),
            "abandon": (204, {}),
        } | steps

    def __call__(self, request: Request) -> tuple[int, object]:
        return self.steps.get(step(request)) or self.steps[step(request).split()[0]]


def step(request: Request) -> str:
    if request.method == "DELETE":
        return "abandon"
    if request.path.startswith("/jsonApi/upload/"):
        [number] = parse_qs(urlsplit(request.path).query)["part"]
        return f"part {number}"
    return "commit" if request.path.endswith("/commit") else "begin"


def steps(server: Any) -> list[str]:
    return [step(request) for request in server.requests]


def sent(server: Any, file: Path, *arguments: str, part_rows: int = 2) -> tuple[int, str]:
    """Send the file in parts; return the exit code and what is said of it."""
    return send_feed(server, "invoices", str(file), "--snapshot", f"--part-rows={part_rows}", *arguments)
