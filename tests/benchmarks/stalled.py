"""How long others wait while clients stall: `python -m tests.benchmarks.stalled --port 8000 --key ak --secret sk`.

Each attack opens so many connections to a running server of this machine and leaves them open; meanwhile /healthz is
asked on new connections, one after another. The worst answer counts. Bounded: no attack lasts longer than `--seconds`.
"""

import argparse
import socket
import struct
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass

Socket = socket.socket


@dataclass(frozen=True)
class Target:
    port: int
    pair: str

    def connection(self, receive_buffer: int = 0) -> Socket:
        client = socket.socket()
        if receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.settimeout(1)
        client.connect(("127.0.0.1", self.port))
        return client

    def head(self, method: str, path: str, *headers: str) -> bytes:
        return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", ""]).encode()


def silent(target: Target) -> Socket:
    return target.connection()


def half_head(target: Target) -> Socket:
    return _sent(target, b"GET /healthz HTTP/1.1\r\nHost: local")


def half_body_without_a_key(target: Target) -> Socket:
    return _sent(target, target.head("POST", "/jsonApi/upload/invoices", "Content-Length: 100000") + b"[")


def chunks_without_a_key(target: Target) -> Socket:
    return _sent(target, target.head("POST", "/jsonApi/upload/invoices", "Transfer-Encoding: chunked") + b"1\r\n[\r\n")


def half_body_with_a_key(target: Target) -> Socket:
    json = "Content-Type: application/json"
    head = target.head("POST", "/jsonApi/upload/invoices", "Content-Length: 100000", json, target.pair)
    return _sent(target, head + b"[")


def half_form_of_the_login(target: Target) -> Socket:
    form = ("Content-Type: application/x-www-form-urlencoded", "Content-Length: 200", f"Cookie: csrftoken={'a' * 32}")
    return _sent(target, target.head("POST", "/admin/login/", *form) + b"username=")


def answered_and_left_open(target: Target) -> Socket:
    return _sent(target, target.head("GET", "/healthz", "Connection: close"))


def file_not_taken(target: Target) -> Socket:
    client = target.connection(receive_buffer=4096)
    client.sendall(target.head("GET", "/jsonApi/invoices?format=csv", target.pair))
    return client


ATTACKS: tuple[Callable[[Target], Socket], ...] = (
    silent,
    half_head,
    half_body_without_a_key,
    chunks_without_a_key,
    half_form_of_the_login,
    answered_and_left_open,
    half_body_with_a_key,
    file_not_taken,
)


def _sent(target: Target, data: bytes) -> Socket:
    client = target.connection()
    client.sendall(data)
    return client


def worst_answer(target: Target, seconds: float) -> tuple[float, int]:
    """Return the longest that /healthz took within these seconds, and how often it answered within one."""
    worst, soon = 0.0, 0
    end = time.monotonic() + seconds
    while (began := time.monotonic()) < end:
        with suppress(OSError), target.connection() as client:
            client.settimeout(max(0.1, end - began))
            client.sendall(target.head("GET", "/healthz", "Connection: close"))
            answered = client.recv(100).startswith(b"HTTP/1.1 200")
            soon += answered and time.monotonic() - began < 1
        worst = max(worst, time.monotonic() - began)
        time.sleep(0.05)
    return worst, soon


def reset(client: Socket) -> None:
    with suppress(OSError):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures how long others wait while clients stall.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--key", default="")
    parser.add_argument("--secret", default="")
    parser.add_argument("--clients", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=70)
    parser.add_argument("--attack", choices=[attack.__name__ for attack in ATTACKS], action="append")
    options = parser.parse_args()
    target = Target(options.port, f"api_key: {options.key}\r\napi_secret: {options.secret}")
    for attack in ATTACKS:
        if options.attack and attack.__name__ not in options.attack:
            continue
        with ExitStack() as stalled:
            for _ in range(options.clients):
                stalled.callback(reset, attack(target))
            time.sleep(0.3)
            worst, soon = worst_answer(target, options.seconds)
        print(f"{attack.__name__:26} {options.clients:4} clients: worst /healthz {worst:6.2f} s, {soon} within 1 s")  # noqa: T201
        time.sleep(1)


if __name__ == "__main__":
    main()
