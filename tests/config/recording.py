"""Every operation of the OpenAPI document, asked once for each of its answers."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import psycopg
from django.db import OperationalError, connection
from django.test import override_settings
from rest_framework.test import APIClient

from apiauth.models import Account, Policy
from receivables.uploads.api.openapi import ROWS
from receivables.uploads.models import Upload
from tests.config.recorded_examples import recorded_examples
from tests.config.recorded_loads import recorded_loads
from tests.config.recorded_undos import recorded_undos
from tests.factories import BY_WORKER, key_headers

CHANGES = {
    "invoices": ("balanceAmount", ["8000", "4112"], [{"dueDate": "soon"}, {"invoiceAmount": "much"}]),
    "customers": ("phoneno", ["+11122334456", "+11122334457"], [{"customerno": None}, {"cocode": ["XY22"]}]),
}
NOBODY = "0195b7a4-7c1e-7d2a-9f63-000000000000"
BINARY = ("application/pdf", "application/vnd.")


class Recording:
    """Answers as they came: {operationId: {status: {media type: response}}}; the first of a kind is kept."""

    def __init__(self, account: Account, document: dict[str, Any]):
        self.account, self.document = account, document
        self.client = self.caller(name="nightly feed")
        self.answers: dict[str, dict[str, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
        self.examples: dict[str, dict[str, dict[str, Any]]] = {}  # further ones, by title in place of media type
        self.heads: dict[str, tuple[Any, Any]] = {}  # the same answer to GET and to HEAD

    def caller(self, **options: Any) -> APIClient:
        return _client(key_headers(self.account, **options))

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Yield method, path and description."""
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                yield method, path, operation

    def ask(self, name: str, method: str, url: str, *, client: APIClient | None = None, **options: Any) -> Any:
        response = getattr(client or self.client, method)(url, secure=True, **options)
        response.body = response.getvalue()  # a file is read at once: it has the connection until it is
        self.answers[name][str(response.status_code)].setdefault(media_type(response), response)
        return response

    def upload(self, resource: str, rows: Any, headers: Any = None, **options: Any) -> Any:
        name = f"upload{resource.capitalize()}"
        form = options or {"format": "json"}
        return self.ask(name, "post", f"/jsonApi/upload/{resource}", data=rows, headers=headers, **form)


def _client(headers: dict[str, str]) -> APIClient:
    return APIClient(headers=headers, SERVER_NAME="receivables.example.com")


def media_type(response: Any) -> str:
    return response.headers.get("Content-Type", "").partition(";")[0]


def body_of(response: Any) -> Any:
    """Return the body as the value that its JSON stands for, else as text."""
    if media_type(response).startswith(BINARY):
        return "(bytes)"
    text = response.body.decode()
    return json.loads(text) if media_type(response) in ("application/json", "application/problem+json") else text


def record(account: Account, document: dict[str, Any], settings: Any) -> Recording:
    recording = Recording(account, document)
    ids = {resource: _uploaded(recording, resource) for resource in ("customers", "invoices")}
    ids["uploads"] = recording.client.get("/jsonApi/uploads").json()["results"][1]["id"]
    ids["snapshots"] = recorded_loads(recording)
    since = f"load:{Upload.objects.filter(resource='invoices').earliest('merged_at').pk}"
    undo = recorded_undos(recording)
    for method, path, operation in recording.operations():
        url = re.sub("{id}", lambda _, path=path: str(ids[path.split("/")[2]]), path)
        if path.endswith("/kept"):
            url = f"{undo}/kept"
        if method == "get":
            _read(recording, operation, url, since)
        _refused(recording, method, operation["operationId"], url)
        if "{id}" in path:
            is_number = isinstance(ids[path.split("/")[2]], int)
            recording.ask(operation["operationId"], method, path.replace("{id}", "0" if is_number else NOBODY))
    for resource in ROWS:
        _refused_uploads(recording, resource, settings)
    queued = recording.upload("customers", [], BY_WORKER).json()
    recording.upload("invoices", [], BY_WORKER)
    recording.ask("listUploadErrors", "get", f"{queued['url']}/errors")
    recording.ask("listRejectedRows", "get", f"{queued['url']}/rejected")
    recording.ask("listUploadChanges", "get", f"{queued['url']}/changes")
    recording.examples = recorded_examples()
    return recording


def _uploaded(recording: Recording, resource: str) -> int:
    """Upload the rows that the document shows, change one twice beside two bad rows; return its id."""
    required, whole = ROWS[resource].values()
    field, (once, twice), faults = CHANGES[resource]
    bad = [required | fault for fault in faults]
    recording.upload(resource, [whole, required], {"Prefer": "handling=strict"})
    recording.upload(resource, [whole | {field: once}, *_of_the_same(whole)])
    recording.upload(resource, [whole | {field: twice, "colour": "red"}, *bad], {"Prefer": "handling=lenient"})
    recording.upload(resource, [required, *bad], {"Prefer": "handling=strict"})
    return int(recording.client.get(f"/jsonApi/{resource}").json()["results"][0]["id"])


def _of_the_same(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Return another invoice of the same customer."""
    return [row | {"invoiceNumber": "INV-2"}] if "invoiceNumber" in row else []


def _read(recording: Recording, operation: dict[str, Any], url: str, since: str) -> None:
    known = {parameter["name"]: parameter["schema"] for parameter in operation["parameters"]}
    said = {"asOf": "2026-03-31", "knownAt": "now"} if "asOf" in known else {"since": since}
    of_what = "".join(f"&{each}={value}" for each, value in said.items() if each in known)
    query = f"pageSize=1{of_what}" if "pageSize" in known else of_what
    name = operation["operationId"]
    first = recording.ask(name, "get", f"{url}?{query}")
    recording.heads[name] = (first, recording.client.head(f"{url}?{query}", secure=True))
    recording.ask(name, "get", f"{url}?{query}", headers={"If-None-Match": first.headers["ETag"]})
    for form in known.get("format", {}).get("enum", ()):
        recording.ask(name, "get", f"{url}?format={form}{of_what}")
    for moment in known.keys() & {"knownAt", "since"}:
        recording.ask(name, "get", f"{url}?{moment}=load:{NOBODY}")


def _refused(recording: Recording, method: str, name: str, url: str) -> None:
    """Ask for what any operation refuses: an unknown parameter, a wrong pair, one that may not, a database lost, a
    quota used up."""
    recording.ask(name, method, f"{url}?colour=red")
    recording.ask(name, method, url, client=_client({"api_key": "ak_unknown", "api_secret": "wrong"}))
    with _disabled(recording.account) if name == "whoami" else nullcontext():
        recording.ask(name, method, url, client=recording.caller(scopes=[]))
    with connection.execute_wrapper(_lost):
        recording.ask(name, method, url)
    of_one_request = recording.caller()
    with override_settings(RATE_LIMITS=dict.fromkeys(Policy, 1)):
        for _ in range(2):
            recording.ask(name, method, url, client=of_one_request)


def _lost(*args: Any) -> Any:
    raise OperationalError("server closed the connection unexpectedly")


@contextmanager
def _disabled(account: Account) -> Iterator[None]:
    Account.objects.filter(pk=account.pk).update(is_active=False)
    yield
    Account.objects.filter(pk=account.pk).update(is_active=True)


def _refused_uploads(recording: Recording, resource: str, settings: Any) -> None:
    key = {"Idempotency-Key": f"night-{resource}"}
    with running(recording.account, key["Idempotency-Key"]):
        recording.upload(resource, [], key)
    for rows in ([], [{}]):
        recording.upload(resource, rows, key)
    recording.upload(resource, "a;b", content_type="text/csv")
    recording.upload(resource, [], format="json", **{"wsgi.input": _Stalled()})
    settings.UPLOAD_MAX_ROWS = 1000
    recording.upload(resource, [{}] * 1001)


class _Stalled:
    """What a sender sends that stops in mid-body, as the server gives it up."""

    def read(self, size: int) -> bytes:
        raise TimeoutError

    readline = read


@contextmanager
def running(account: Account, key: str) -> Iterator[None]:
    """Hold an Idempotency-Key as another request does whose upload still runs."""
    place = {"dbname", "host", "port", "user", "password"}
    parameters = {name: value for name, value in connection.get_connection_params().items() if name in place}
    with psycopg.connect(**parameters) as other:
        claim = f"idempotency:{account.pk}:{key}"
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [claim])
        yield
