"""One file's rows to a running server, and what it answers.

The body travels compressed and with its length, and says how many rows it has, so that a part of it never passes
for the whole. Every try of one sending has the same Idempotency-Key: the server takes it once.
"""

import gzip
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import IO, Any, Protocol

import httpx
import msgspec

from receivables.uploads.feeds.retries import BACKOFF_SECONDS, seconds_to_wait

CHUNK = 64 * 1024
COMPRESSION_LEVEL = 3  # takes less than half the time of level 6, and leaves a tenth more bytes
CONNECT_SECONDS = 10.0
NO_ADDRESS = "The address is none of a server. Write it as in https://receivables.example.com."
SEND_AGAIN = "Send the file again: nothing is stored twice."
_HEADER_VALUE = re.compile(r"[!-~](?:[ -~]*[!-~])?")

Request = Callable[[], httpx.Response]


class SendingFailed(Exception):
    """Nothing was sent, or no answer came; the message says which, and what to do."""


class Watch(Protocol):
    """Whoever wants to know how the sending goes."""

    def sent(self, size: int) -> None:
        """So many bytes of the body have left; fewer than before when it is sent again."""

    def waits(self, reason: str, seconds: float) -> None:
        """The request failed and is sent again after so many seconds."""


@dataclass(frozen=True)
class Packed:
    """Rows as they travel: lines of JSON, gzipped."""

    file: IO[bytes]
    size: int
    row_count: int


@dataclass(frozen=True)
class Terms:
    """What is asked for beside the rows."""

    idempotency_key: str
    is_dry_run: bool = False
    is_lenient: bool = False
    expected_total: str = ""

    def query(self, row_count: int) -> dict[str, str]:
        query = {"expectedRows": str(row_count)}
        if self.is_dry_run:
            query["dryRun"] = "true"
        if self.expected_total:
            query["expectedTotal"] = self.expected_total
        return query

    def headers(self) -> dict[str, str]:
        _refuse_unless_sendable("The idempotency key", self.idempotency_key)
        preference = {"Prefer": "handling=lenient"} if self.is_lenient else {}
        return {"Idempotency-Key": self.idempotency_key, **preference}


@dataclass(frozen=True)
class Answer:
    """What the server said: a receipt or a problem document (else `document` is empty), and in `detail`, for people,
    why nothing was taken.
    """

    text: str
    document: dict[str, Any]
    detail: str


def pack(lines: Iterable[bytes], file: IO[bytes]) -> Packed:
    """Write lines to `file`, compressed; the same lines give the same bytes."""
    row_count = 0
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=COMPRESSION_LEVEL, mtime=0) as packed:
        for line in lines:
            packed.write(line)
            row_count += 1
    return Packed(file, file.tell(), row_count)


class Address:
    """Where a server is. Raises SendingFailed for what is no address, or has a secret in it."""

    def __init__(self, url: str):
        self.text = url.rstrip("/")
        try:
            self.url = httpx.URL(self.text)
        except httpx.InvalidURL:  # it may quote a password
            raise SendingFailed(NO_ADDRESS) from None
        if self.url.scheme not in ("http", "https") or not self.url.host:
            raise SendingFailed(NO_ADDRESS)
        if self.url.userinfo or self.url.query or self.url.fragment:
            raise SendingFailed("The address of a server has no login, query or fragment in it. Leave them out.")

    @property
    def is_this_machine(self) -> bool:
        try:
            return ip_address(self.url.host).is_loopback
        except ValueError:
            return self.url.host == "localhost"

    @property
    def is_readable_on_the_way(self) -> bool:
        """Whether the secret would travel in the clear."""
        return self.url.scheme == "http" and not self.is_this_machine


class FeedSender:
    """Sends with one key pair to one server. Raises SendingFailed at once for a pair that cannot be one."""

    def __init__(self, address: Address, key: str, secret: str, timeout: float):
        _refuse_unless_sendable("The key", key)
        _refuse_unless_sendable("The secret", secret)
        self._address = address
        self._client = httpx.Client(
            base_url=address.url,
            headers={"Api-Key": key, "Api-Secret": secret},
            timeout=httpx.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS)),
            trust_env=not address.is_this_machine,  # what stays on this machine goes past no proxy
        )

    def address_of(self, upload_id: str) -> str:
        return f"{self._address.text}{_upload_path(upload_id)}"

    def send(self, packed: Packed, resource: str, terms: Terms, watch: Watch) -> Answer:
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
                content=_chunks(packed.file, watch),
                headers=headers,
            )

        return _answer(self._last_of_several(post, watch))

    def rejected_rows(self, upload_id: str, watch: Watch) -> bytes:
        """Return the bad rows of an upload as they were sent, in a JSON array. Raises SendingFailed."""
        path = f"{_upload_path(upload_id)}/rejected"
        response = self._last_of_several(lambda: self._client.get(path), watch)
        if response.status_code != httpx.codes.OK:
            raise SendingFailed(_answer(response).detail)
        return response.content

    def _last_of_several(self, request: Request, watch: Watch) -> httpx.Response:
        """Try again what may succeed the next time, and return the answer to the last try. Raises SendingFailed."""
        for backoff in BACKOFF_SECONDS:
            answered = _tried(request)
            wait = seconds_to_wait(answered, backoff)
            if wait is None:
                break
            watch.waits(self._told(answered), wait)
            time.sleep(wait)
        else:
            answered = _tried(request)
        if isinstance(answered, httpx.RequestError):
            raise SendingFailed(f"{self._told(answered)}. {SEND_AGAIN}")
        return answered

    def _told(self, answered: httpx.Response | httpx.RequestError) -> str:
        if isinstance(answered, httpx.Response):
            return f"The server answered {_status(answered)}"
        return f"No answer from {self._address.text}: {str(answered) or type(answered).__name__}"


def _tried(request: Request) -> httpx.Response | httpx.RequestError:
    try:
        return request()
    except httpx.RequestError as error:
        return error


def _upload_path(upload_id: str) -> str:
    return f"/jsonApi/uploads/{upload_id}"


def _chunks(file: IO[bytes], watch: Watch) -> Iterator[bytes]:
    file.seek(0)
    watch.sent(0)
    while chunk := file.read(CHUNK):
        yield chunk
        watch.sent(file.tell())


def _answer(response: httpx.Response) -> Answer:
    try:
        document = msgspec.json.decode(response.content, type=dict[str, Any])
    except msgspec.MsgspecError:
        document = {}
    return Answer(response.text, document, str(document.get("detail") or _guess(response)))


def _guess(response: httpx.Response) -> str:
    """Return what to make of an answer that does not explain itself: another server's, most likely."""
    answered = f"The server answered {_status(response)}"
    if response.has_redirect_location:
        return f"{answered}, to {response.headers['Location']}. Send to that address, if it is the right one."
    if response.is_server_error:
        return f"{answered}, without a receipt. {SEND_AGAIN}"
    return f"{answered}, and not as this service does. Is its address right?"


def _status(response: httpx.Response) -> str:
    return f"{response.status_code} {response.reason_phrase}".strip()


def _refuse_unless_sendable(name: str, value: str) -> None:
    """Without quoting the value: it may be the secret, which an error of the HTTP library would quote."""
    if not _HEADER_VALUE.fullmatch(value):
        raise SendingFailed(f"{name} must be printable ASCII, and not empty. Copy it again.")
