"""Readers that cost next to nothing: whole requests written beforehand, answers read and not looked into.

They are processes of their own, which import nothing of the service, so that they take little from what is measured.
"""

import socket
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import cycle
from multiprocessing import get_context
from time import monotonic, perf_counter, sleep

CLIENTS = 4
CONNECTIONS = 3  # of each client, in turn, so that all workers of the server are kept busy
START_SECONDS = 0.2  # until the last client has heard of it
TIMEOUT_SECONDS = 120
END_OF_HEAD = b"\r\n\r\n"


class NotRead(Exception):
    """An answer is none of status 200, or its length is not told."""


@dataclass(frozen=True)
class Turn:
    """What one server answered in one stretch of time; latencies in seconds."""

    seconds: float
    latencies: list[float]

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds


class Readers:
    """The clients, who live as long as the block."""

    def __enter__(self) -> "Readers":
        self.pool = ProcessPoolExecutor(CLIENTS, mp_context=get_context("spawn"))
        for waiting in [self.pool.submit(sleep, 0.5) for _ in range(CLIENTS)]:  # each has started its process
            waiting.result()
        return self

    def __exit__(self, *exception: object) -> None:
        self.pool.shutdown(cancel_futures=True)

    def read(self, port: int, requests: Sequence[bytes], seconds: float) -> Turn:
        """Have all clients send the requests over and over, each from another one on, for so long."""
        start = monotonic() + START_SECONDS
        step = max(1, len(requests) // CLIENTS)
        readings = [
            self.pool.submit(_read_until, port, [*requests[n * step :], *requests[: n * step]], start, start + seconds)
            for n in range(CLIENTS)
        ]
        latencies = [latency for reading in readings for latency in reading.result()[0]]
        return Turn(max(reading.result()[1] for reading in readings) - start, latencies)


def request(path: str, headers: dict[str, str]) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def _read_until(port: int, requests: Sequence[bytes], start: float, deadline: float) -> tuple[list[float], float]:
    """Return the seconds of every answer, and when the last one was read; the clock is one for all processes."""
    connections = cycle([Connection(port) for _ in range(CONNECTIONS)])
    latencies = []
    sleep(max(0.0, start - monotonic()))
    for sent, connection in zip(cycle(requests), connections, strict=False):
        asked = perf_counter()
        connection.get(sent)
        latencies.append(perf_counter() - asked)
        if monotonic() >= deadline:
            break
    return latencies, monotonic()


class Connection:
    def __init__(self, port: int):
        self.port, self.buffer = port, memoryview(bytearray(1 << 20))
        self.socket = self._opened()

    def _opened(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT_SECONDS)

    def get(self, sent: bytes) -> bytes:
        """Return the body. A connection that the server closed meanwhile, as HTTP allows, is opened anew."""
        try:
            self.socket.sendall(sent)
            return self._answer()
        except (BrokenPipeError, ConnectionResetError):
            self.socket.close()
            self.socket = self._opened()
            self.socket.sendall(sent)
            return self._answer()

    def _answer(self) -> bytes:
        filled, end = 0, -1
        while end < 0:
            filled = self._filled(filled)
            end = bytes(self.buffer[:filled]).find(END_OF_HEAD)
        body = end + len(END_OF_HEAD)
        whole = body + _length(bytes(self.buffer[:end]))
        while filled < whole:
            filled = self._filled(filled)
        return bytes(self.buffer[body:whole])

    def _filled(self, filled: int) -> int:
        count = self.socket.recv_into(self.buffer[filled:])
        if not count:
            raise ConnectionResetError
        return filled + count


def _length(head: bytes) -> int:
    status, *lines = head.lower().split(b"\r\n")
    headers = dict(line.split(b": ", 1) for line in lines)
    if not status.startswith(b"http/1.1 200") or b"content-length" not in headers:
        raise NotRead(head.decode("latin-1"))
    return int(headers[b"content-length"])
