"""Answers without what differs from one time to the next, as a committed file needs them."""

import re
from typing import Any

from tests.config.recording import body_of

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
MOMENT_IN_ADDRESS = re.compile(r"\d{4}-\d\d-\d\dT\d\d%3A\d\d%3A\d\d(\.\d+)?Z")
DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
CURSOR = re.compile(r"cursor=[\w%=-]+")
KEY = re.compile(r"ak_\w+")
ID_OF_A_LINE = re.compile(r'^(\{"id"\s*:\s*|item,\w*,|)\d+,', re.MULTILINE)
IDS_OF_A_MOVEMENT = re.compile(r",\d+,\d*,(?=[0-9a-f]{8}-)")  # the invoice, what it was before, and the upload
WAIT = re.compile(r"again in \d+ s")  # a slow machine has waited for some of it already
ID_OF_A_PATH = re.compile(r"(/(?:customers|invoices)/)\d+")
NUMBERS: dict[str, float] = {"id": 42, "durationSeconds": 0.021}


def steady(answers: dict[str, Any]) -> dict[str, Any]:
    """Return bodies as {operationId: {status: {media type: body}}}; uploads keep telling each other apart."""
    uploads: dict[str, str] = {}
    return {
        name: {
            status: {kind: _steady(body_of(response), uploads) for kind, response in sorted(kinds.items()) if kind}
            for status, kinds in sorted(statuses.items())
            if any(kinds)
        }
        for name, statuses in sorted(answers.items())
    }


def _steady(part: Any, uploads: dict[str, str], name: str = "") -> Any:
    match part:
        case dict():
            return {key: _steady(value, uploads, key) for key, value in part.items()}
        case list():
            return [_steady(value, uploads) for value in part]
        case str():
            return _steady_text(part, uploads)
        case _:
            return part if part is None else NUMBERS.get(name, part)


def _steady_text(text: str, uploads: dict[str, str]) -> str:
    text = IDS_OF_A_MOVEMENT.sub(",42,,", text)
    text = ID_OF_A_LINE.sub(r"\g<1>42,", MOMENT.sub("2026-01-31T06:00:00.123456Z", text))
    text = DIGEST.sub("4b0425c6" * 8, MOMENT_IN_ADDRESS.sub("2026-01-31T06%3A00%3A00.123456Z", text))
    text = WAIT.sub("again in 60 s", ID_OF_A_PATH.sub(r"\g<1>42", text))
    text = CURSOR.sub("cursor=WyJpZCIsZmFsc2UsWyI0MiJdXQ%3D%3D", KEY.sub("ak_EXAMPLE", text))
    return UUID.sub(lambda found: uploads.setdefault(found[0], f"0195b7a4-7c1e-7d2a-9f63-{len(uploads) + 1:012}"), text)
