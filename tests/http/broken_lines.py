"""Lines between sender and server that break where it hurts most: when all was sent and nothing is answered, or in the
middle of a long answer.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain, repeat
from threading import Thread

CHUNK = 64 * 1024


@contextmanager
def line_that_breaks_once(port: int) -> Iterator[int]:
    """Listen on a port that leads to `port`. Its first connection ends as the answer begins; the others hold."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        relay = Thread(target=_relay, args=(listener, port))
        relay.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            relay.join()


@contextmanager
def line_that_breaks_off_long_answers(port: int, after: int) -> Iterator[int]:
    """Listen on a port that leads to `port`. Every connection ends once so many bytes of its answer have passed."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        relay = Thread(target=_relay_beginnings, args=(listener, port, after))
        relay.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            relay.join()


def _relay_beginnings(listener: socket.socket, port: int, after: int) -> None:
    with suppress(OSError):  # the listener is shut down
        while True:
            sender, _ = listener.accept()
            Thread(target=_pass_beginning_on, args=(sender, port, after)).start()


def _pass_beginning_on(sender: socket.socket, port: int, after: int) -> None:
    with sender, socket.create_connection(("127.0.0.1", port)) as server:
        there = Thread(target=_pass_on, args=(sender, server))
        there.start()
        while after > 0 and (data := server.recv(min(after, CHUNK))):
            sender.sendall(data)
            after -= len(data)
        sender.shutdown(socket.SHUT_RDWR)
        there.join()


def _relay(listener: socket.socket, port: int) -> None:
    with suppress(OSError):  # the listener is shut down
        for breaks in chain([True], repeat(False)):
            sender, _ = listener.accept()
            with sender, socket.create_connection(("127.0.0.1", port)) as server:
                there = Thread(target=_pass_on, args=(sender, server))
                there.start()
                if breaks:
                    server.recv(1)
                else:
                    _pass_on(server, sender)
                sender.shutdown(socket.SHUT_RDWR)
                there.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):  # the other side has gone
        while data := source.recv(CHUNK):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)  # else a server waits for another request until it gives the line up
