"""One file's rows to a running server, and what it answers.

The body travels compressed and with its length, and says how many rows it has, so that a part of it never passes
for the whole. Every try of one sending has the same Idempotency-Key: the server takes it once.
"""

import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import msgspec

from receivables.uploads.client import failures
from receivables.uploads.client.access import Address
from receivables.uploads.client.exit_codes import ExitCode
from receivables.uploads.client.failures import SendingFailed
from receivables.uploads.client.feeds import Packed
from receivables.uploads.client.full_loads import TOO_LARGE, is_full_load, why_withheld
from receivables.uploads.client.terminal import SendingBar

CHUNK = 64 * 1024
CONNECT_SECONDS = 10.0
_THE_ARRAY = re.compile(r"\b([Tt]he (?:whole )?)array\b")
_HEADER_VALUE = re.compile(r"[!-~](?:[ -~]*[!-~])?")

Request = Callable[[], httpx.Response]


@dataclass(frozen=True)
class Terms:
    """What is sent beside the rows."""

    idempotency_key: str
    is_dry_run: bool = False
    is_lenient: bool = False
    is_table: bool = False
    expected_total: str = ""
    extracted_at: str = ""  # a moment with its offset
    of_load: Mapping[str, str] = field(default_factory=dict)  # the parameters about a full load

    def query(self, row_count: int) -> dict[str, str]:
        query = {"expectedRows": str(row_count), **self.of_load}
        if self.is_dry_run:
            query["dryRun"] = "true"
        if self.expected_total:
            query["expectedTotal"] = self.expected_total
        if self.extracted_at:
            query["extractedAt"] = self.extracted_at
        return query

    def headers(self) -> dict[str, str]:
        refuse_unless_sendable("The idempotency key", self.idempotency_key)
        wanted = {"handling=lenient": self.is_lenient, "source=table": self.is_table}
        preferences = ", ".join(preference for preference, is_wanted in wanted.items() if is_wanted)
        return {"Idempotency-Key": self.idempotency_key, **({"Prefer": preferences} if preferences else {})}


@dataclass(frozen=True)
class Answer:
    """What the server said: a receipt or a problem document (else `document` is empty), and in `detail`, for people,
    why nothing was stored or closed. `is_final` says that sending the same rows again would be answered in the same
    way; `wait` is after how many seconds the server asks for the next try.
    """

    text: str
    document: dict[str, Any]
    detail: str
    exit_code: ExitCode
    is_final: bool
    wait: float | None = None
    part_ids: tuple[str, ...] = ()  # of the uploads with bad rows, where the file came in parts

    @property
    def with_rejected(self) -> tuple[str, ...]:
        """The ids of the uploads that have bad rows."""
        return self.part_ids or ((self.document["id"],) if self.document.get("invalid") else ())


class FeedSender:
    """Sends with one key pair to one server. Raises SendingFailed at once for a pair that cannot be one.

    `backoffs` are the seconds before each further try of a request that failed.
    """

    def __init__(
        self, address: Address, key: str, secret: str, timeout: float, authority: Path | None, backoffs: Sequence[float]
    ):
        refuse_unless_sendable("The key", key)
        refuse_unless_sendable("The secret", secret)
        self._address, self._backoffs = address, backoffs
        self._client = _client(address, {"Api-Key": key, "Api-Secret": secret}, timeout, authority)

    def address_of(self, upload_id: str) -> str:
        return f"{self._address.text}/jsonApi/uploads/{upload_id}"

    def send(self, packed: Packed, resource: str, terms: Terms, bar: SendingBar) -> Answer:
        """Send rows to invoices or customers. Raises SendingFailed where no answer comes, try after try."""
        headers = {
            "Content-Type": "application/x-ndjson",
            "Content-Encoding": "gzip",
            "Content-Length": str(packed.size),
            **terms.headers(),
        }

        def post() -> httpx.Response:
            return self._client.post(
                f"/jsonApi/upload/{resource}",
                params=terms.query(packed.row_count),
                content=_chunks(packed, bar),
                headers=headers,
            )

        response = self._last_of_several(post, bar)
        answer = self.answer(response, packed.size)
        if response.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE and is_full_load(terms.of_load):
            answer = replace(answer, detail=f"{answer.detail} {TOO_LARGE}")
        # To whoever sent a table, the array is the file.
        return replace(answer, detail=_THE_ARRAY.sub(r"\1file", answer.detail)) if terms.is_table else answer

    def call(
        self, method: str, path: str, bar: SendingBar, body: dict[str, Any] | None = None, idempotency_key: str = ""
    ) -> httpx.Response:
        """Return the answer to a request about a full load. Raises SendingFailed where none comes, try after try."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return self._last_of_several(lambda: self._client.request(method, path, json=body, headers=headers), bar)

    def rejected_rows(self, answer: Answer, bar: SendingBar) -> bytes:
        """Return the bad rows that an answer tells of, as they were sent, in a JSON array. Raises SendingFailed."""
        rows: list[msgspec.Raw] = []
        for upload_id in answer.with_rejected:
            path = f"/jsonApi/uploads/{upload_id}/rejected"
            response = self._last_of_several(partial(self._client.get, path), bar)
            if response.status_code != httpx.codes.OK:
                raise SendingFailed(self.answer(response).detail)
            rows += msgspec.json.decode(response.content, type=list[msgspec.Raw])
        return msgspec.json.encode(rows)

    def _last_of_several(self, request: Request, bar: SendingBar) -> httpx.Response:
        """Try again what may succeed the next time, and return the answer to the last try. Raises SendingFailed."""
        for backoff in self._backoffs:
            answered = _tried(request)
            wait = failures.seconds_to_wait(answered, backoff)
            if wait is None:
                break
            bar.waits(self._described(answered), wait)
            time.sleep(wait)
        else:
            answered = _tried(request)
        if isinstance(answered, httpx.RequestError):
            passing = SendingFailed(f"{self._described(answered)}. {failures.SEND_AGAIN}", ExitCode.TRY_LATER)
            raise failures.lasting_failure(answered, self._address.text) or passing
        return answered

    def answer(self, response: httpx.Response, size: int = 0) -> Answer:
        """Return what an answer to `size` bytes says; one that is neither receipt nor problem is another server's."""
        document = members(response)
        if not {"outcome", "detail"} & document.keys():
            document = {}
        code = failures.exit_code_of(response, document)
        is_about_the_rows = bool(document.get("outcome")) or response.status_code in (409, 413, 422)
        return Answer(
            text=response.text,
            document=document,
            detail=self._detail(code, response, document, size),
            exit_code=code,
            is_final=code.is_of_file and is_about_the_rows,
            wait=failures.retry_after(response),
        )

    def _detail(self, code: ExitCode, response: httpx.Response, document: dict[str, Any], size: int) -> str:
        if code == ExitCode.WITHHELD:
            return why_withheld(document, f"{self._address.text}/jsonApi")
        detail = str(document.get("detail") or failures.guess(response, size))
        return " ".join([detail, *failures.advice(document)])

    def _described(self, answered: httpx.Response | httpx.RequestError) -> str:
        if isinstance(answered, httpx.Response):
            return f"The server answered {failures.status_of(answered)}"
        return f"No answer from {self._address.text}: {str(answered) or type(answered).__name__}"


def members(response: httpx.Response) -> dict[str, Any]:
    """Return the members of an answer; none of one that is no JSON object."""
    try:
        return msgspec.json.decode(response.content, type=dict[str, Any])
    except msgspec.MsgspecError:
        return {}


def refuse_unless_sendable(name: str, value: str) -> None:
    """Without quoting the value: it may be the secret, which an error of the HTTP library would quote."""
    if not _HEADER_VALUE.fullmatch(value):
        raise SendingFailed(f"{name} must be printable ASCII, and not empty. Copy it again.")


def _client(address: Address, headers: dict[str, str], timeout: float, authority: Path | None) -> httpx.Client:
    trusted = _trusted_alone(authority) if authority else True
    try:
        return httpx.Client(
            base_url=address.url,
            headers=headers,
            timeout=httpx.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS)),
            trust_env=not address.is_this_machine,  # what stays on this machine goes past no proxy
            verify=trusted,
        )
    except (OSError, ValueError, ImportError) as error:
        variables = "SSL_CERT_FILE, SSL_CERT_DIR, HTTPS_PROXY, HTTP_PROXY and ALL_PROXY"
        raise SendingFailed(f"No connection can be set up: {error}. Look at the variables {variables}.") from None


def _trusted_alone(authority: Path) -> ssl.SSLContext:
    """Return what trusts this authority and no other. Raises SendingFailed."""
    try:
        return ssl.create_default_context(cafile=str(authority))
    except OSError as error:  # an SSLError is one, too
        if isinstance(error, ssl.SSLError):
            raise SendingFailed(f"--ca {authority}: the file has no certificate in PEM form.") from None
        raise SendingFailed(f"--ca {authority}: {error.strerror}.") from None


def _tried(request: Request) -> httpx.Response | httpx.RequestError:
    try:
        return request()
    except httpx.RequestError as error:
        return error


def _chunks(packed: Packed, bar: SendingBar) -> Iterator[bytes]:
    packed.file.seek(packed.start)
    bar.sent(packed.start)
    left = packed.size
    while left and (chunk := packed.file.read(min(CHUNK, left))):
        yield chunk
        left -= len(chunk)
        bar.sent(packed.start + packed.size - left)
