"""Uploads over HTTP, timed from the first byte sent to the last byte read, and their answers checked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from time import perf_counter
from typing import Any

TIMEOUT_SECONDS = 900
NOT_SUPPORTED = (400, 415)  # what a service answers that does not know a header, a type of body or a coding


class WrongAnswer(Exception):
    """What was answered, or stored, is not what was sent. No figure of such a run means anything."""


@dataclass(frozen=True)
class Contender:
    """A way to take an array of invoices in; `counts` are those that its answer names."""

    name: str
    path: str
    counts: tuple[str, ...] = ("received",)


ENGINE = Contender(
    "this service", "/jsonApi/upload/invoices", ("received", "created", "updated", "unchanged", "rejected")
)
PLAIN = Contender("DRF and bulk_create", "/benchmarks/bulk-create")
RECORDSET = Contender("json_to_recordset", "/benchmarks/json-to-recordset")


@dataclass(frozen=True)
class Answer:
    status: int
    seconds: float
    body: bytes

    def json(self) -> dict[str, Any]:
        return json.loads(self.body)

    def start(self) -> str:
        """Return enough of the answer to see what went wrong."""
        return f"{self.status}: {self.body[:500].decode(errors='replace')}"


class Sender:
    """One connection of one account to the server."""

    def __init__(self, port: int, headers: Mapping[str, str]):
        self.connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
        self.headers = {"Content-Type": "application/json"} | dict(headers)

    def send(self, path: str, body: bytes, **headers: str) -> Answer:
        """Send a body; `headers` are named with `_` for `-`."""
        return self._exchanged("POST", path, body, {name.replace("_", "-"): value for name, value in headers.items()})

    def get(self, path: str) -> Answer:
        return self._exchanged("GET", path, None, {})

    def _exchanged(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        started = perf_counter()
        self.connection.request(method, path, body, self.headers | headers)
        response = self.connection.getresponse()
        read = response.read()
        return Answer(response.status, perf_counter() - started, read)

    def close(self) -> None:
        self.connection.close()


def check(contender: Contender, answer: Answer, status: int = 200, **counts: int) -> None:
    """Raise WrongAnswer unless the answer has this status, and these counts; those not given are 0."""
    if answer.status != status:
        raise WrongAnswer(f"{contender.name} answered {answer.start()}")
    expected = {name: counts.get(name, 0) for name in contender.counts}
    counted = {name: answer.json().get(name) for name in contender.counts}
    if counted != expected:
        raise WrongAnswer(f"{contender.name} counted {counted}, not {expected}")
