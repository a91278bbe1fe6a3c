"""How long the server waits for a sender, and what it does about one that it does not wait for.

A connection has a thread to itself while gunicorn reads it, for as long as the sender likes: ten that stop in the
middle of a request would hold the threads of a whole service. gunicorn reads every connection through one class and
closes it through one function, and has no setting for either; `install` puts those of this module in their place.
"""

import asyncio
import logging
import resource
import select
import socket
from concurrent.futures import Future
from contextlib import suppress
from functools import cache
from http import HTTPStatus
from threading import Thread
from time import monotonic
from typing import Any

from django.conf import settings
from gunicorn import util
from gunicorn.http import parser
from gunicorn.http.errors import NoMoreData
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers import gthread

from config.http.answers import raw_http_problem

CROWDED_SECONDS = 1  # the longest pause of a sender while half of the threads wait for others
# So long a thread waits for the first byte of a connection, before the loop does without one; and as long it looks
# whether anything is left of a body, before the next request: with 0 every connection would end after its first.
DATA_SECONDS = 0.2
DRAINED_AT_ONCE = 1024 * 1024  # what a view leaves of a larger body is no longer read by the thread that answered
DRAIN_SECONDS = 0.25
LINGER_SILENT_SECONDS, LINGER_SECONDS, LINGER_CHUNK = 5, 30, 256 * 1024
LINGER_AT_LEAST = 64 * 1024 * 1024
MOST_LINGERING = 500  # beside the connections that gunicorn serves in a process
OPEN_FILES = 65_536


class SenderTooSlow(TimeoutError):
    """The sender kept a thread waiting for longer than it may."""


class PacedReader(SocketUnreader):  # type: ignore[misc]
    """Reads a connection as long as its sender keeps pace.

    `patience` is how many more seconds may pass in waiting for it: HEAD_SECONDS for all of a request's head; for a body
    BODY_GRACE_SECONDS, and one more for each BODY_MIN_BYTES_PER_SECOND that come. No single pause may be longer than
    BODY_PAUSE_SECONDS. The time that the service takes itself does not count.
    """

    waiting: set["PacedReader"] = set()  # those of this process whose threads wait now
    most_waiting = 1

    def __init__(self, sock: socket.socket, max_chunk: int = 8192):
        super().__init__(sock, max_chunk)
        self.poll = select.poll()
        self.poll.register(sock, select.POLLIN)
        self.expect_head()

    def expect_head(self) -> None:
        self.is_head, self.patience, self.rate = True, float(settings.HEAD_SECONDS), 0.0

    def expect_body(self) -> None:
        self.is_head, self.patience = False, float(settings.BODY_GRACE_SECONDS)
        self.rate = float(settings.BODY_MIN_BYTES_PER_SECOND)

    def expect_rest(self) -> None:
        """What is still to come is not wanted: it is read while it comes."""
        self.patience, self.rate = DRAIN_SECONDS, 0.0

    def chunk(self, size_hint: int | None = None) -> bytes:
        began = monotonic()
        if not self._is_readable(0) and not self._comes_in_time():
            self._give_up()
        self.patience -= monotonic() - began
        data: bytes = super().chunk(size_hint)
        if self.rate:
            self.patience += len(data) / self.rate
        return data

    def _comes_in_time(self) -> bool:
        """Wait for more. The pause is a short one where too many others wait already when it has lasted so long."""
        limits = self.patience, settings.BODY_PAUSE_SECONDS, self.sock.gettimeout()
        longest = min(limit for limit in limits if limit is not None)
        self.waiting.add(self)
        try:
            if self._is_readable(min(longest, CROWDED_SECONDS)):
                return True
            is_crowded = len(self.waiting) > self.most_waiting
            return not is_crowded and self._is_readable(longest - CROWDED_SECONDS)
        finally:
            self.waiting.discard(self)

    def _is_readable(self, seconds: float) -> bool:
        return bool(self.poll.poll(max(0, seconds) * 1000))

    def _give_up(self) -> None:
        """Raise what gunicorn takes for the end of a connection, or in mid-body what the application answers."""
        if not self.is_head:
            raise SenderTooSlow("the sender was slower than it may be")
        status = HTTPStatus.REQUEST_TIMEOUT
        answer = raw_http_problem(status, status.phrase, "The request did not arrive in time")
        with suppress(OSError):
            util.write_nonblock(self.sock, answer)
        raise NoMoreData


class Sender:
    """Who sends the body of a request; the application finds it at `wsgi.input`."""

    def __init__(self, request: Any):
        self.request = request
        # gunicorn would say so before the application has seen the request.
        self.waits_for_continue, request._expected_100_continue = request._expected_100_continue, False

    def send_continue(self) -> None:
        if self.waits_for_continue:
            self.waits_for_continue = False
            self.request.unreader.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    def hang_up(self) -> None:
        """Read no more of the body, and let the answer say that the connection ends with it."""
        self.request.must_close = self.request.body.failed = True

    def expect_rest(self) -> None:
        self.request.unreader.expect_rest()


def expect_body(_worker: Any, request: Any) -> None:
    """gunicorn's `pre_request`: the head has come."""
    request.unreader.expect_body()
    request.body.sender = Sender(request)


def expect_head(_worker: Any, request: Any, _environ: Any, _response: Any) -> None:
    """gunicorn's `post_request`: the next request may follow."""
    request.unreader.expect_head()


@cache
def _lingering() -> asyncio.AbstractEventLoop:
    """The loop of a process in which connections linger; its one thread waits for all of them."""
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="lingering", daemon=True).start()
    return loop


_lingers: set[Future[None]] = set()


def linger(connection: socket.socket, *_: Any, **__: Any) -> None:
    """Close a connection, but go on reading for a while what its sender still writes: to close it at once would
    destroy the answer on its way (RFC 9112, section 9.6). No thread of the service waits for that.
    """
    try:
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        connection.close()
        return
    if len(_lingers) >= MOST_LINGERING:
        connection.close()
        return
    own = socket.socket(fileno=connection.detach())
    own.setblocking(False)
    future = asyncio.run_coroutine_threadsafe(_read_to_the_end(own), _lingering())
    _lingers.add(future)
    future.add_done_callback(_lingers.discard)


async def _read_to_the_end(connection: socket.socket) -> None:
    left, buffer = max(settings.UPLOAD_MAX_BYTES, LINGER_AT_LEAST), bytearray(LINGER_CHUNK)
    loop = asyncio.get_running_loop()
    with connection, suppress(OSError):
        async with asyncio.timeout(LINGER_SECONDS):
            count = 1
            while count and left > 0:
                async with asyncio.timeout(LINGER_SILENT_SECONDS):
                    count = await loop.sock_recv_into(connection, buffer)
                left -= count


class _StalledReaders(logging.Filter):
    """Logs a reader that takes nothing of its answer in one line, not as an error of ours with its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], TimeoutError):
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.msg, record.args = "A reader took nothing of its answer for too long; the connection was ended.", ()
            record.exc_info = None
        return True


def _allow_open_files() -> None:
    """Let processes open as many files as the system lets them, where its first limit (often 1,024) is lower: gunicorn
    ends a process that cannot open one more connection.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if resource.RLIM_INFINITY != soft < most:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def install(threads: int) -> None:
    """Let gunicorn read and close connections as this module does, in processes of so many threads."""
    _allow_open_files()
    PacedReader.most_waiting = max(1, threads // 2)
    parser.SocketUnreader = PacedReader
    util.close_graceful = linger
    gthread.DEFAULT_WORKER_DATA_TIMEOUT = DATA_SECONDS
    logging.getLogger("gunicorn.error").addFilter(_StalledReaders())
