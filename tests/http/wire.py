"""HTTP by hand: what a test writes goes over the wire byte for byte, with no client to mend or hide it."""

import json
import socket
import struct
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any, Self

SECONDS = 30  # on every socket: a test that hangs fails
MEGABYTE = 1_000_000

Headers = Mapping[str, Any] | Iterable[tuple[str, Any]]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        return self.headers["Content-Type"]

    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """One connection to a server of this machine."""

    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.socket.close()

    def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.socket.sendall(piece)

    def stop_sending(self) -> None:
        """End our half of the connection; the other half can still answer."""
        self.socket.shutdown(socket.SHUT_WR)

    def see_it_ended(self) -> None:
        """Stop sending, and wait until the server is done with what came and closes its half. One that died has."""
        with suppress(OSError):
            self.stop_sending()
            while self.socket.recv(MEGABYTE):
                continue

    def reset(self) -> None:
        """End the connection as a crash would, with a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def answer(self, method: str = "GET") -> Answer:
        with HTTPResponse(self.socket, method=method) as response:
            response.begin()
            return Answer(response.status, response.headers, response.read())


def head(method: str, path: str, headers: Headers) -> bytes:
    """Return a request up to its body; headers are written in the spelling and order given."""
    named = headers.items() if isinstance(headers, Mapping) else headers
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in named)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def get(port: int, path: str, headers: Headers = ()) -> Answer:
    with Wire(port) as wire:
        wire.send(head("GET", path, headers))
        return wire.answer()


def upload_head(headers: Headers, **framing: Any) -> bytes:
    """Return the head of an upload of invoices; `framing` names headers with `_` for `-`."""
    framed = {name.replace("_", "-"): value for name, value in framing.items()}
    return head("POST", "/jsonApi/upload/invoices", {"Content-Type": "application/json"} | dict(headers) | framed)


def whole_upload(rows: Any, headers: Headers) -> bytes:
    body = json.dumps(rows).encode()
    return upload_head(headers, Content_Length=len(body)) + body


def upload(port: int, rows: Any, headers: Headers) -> Answer:
    with Wire(port) as wire:
        wire.send(whole_upload(rows, headers))
        return wire.answer()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


LAST_CHUNK = b"0\r\n\r\n"


def blanks(megabytes: int) -> Iterator[bytes]:
    """Yield JSON white space: bytes that must arrive and cost next to nothing to read."""
    piece = b" " * MEGABYTE
    for _ in range(megabytes):
        yield piece
