"""Sends what is dropped into a folder, once each, oldest first, until it is stopped.

A file is sent when it has not changed for a while. What the server cannot accept now, since there is no network or no
valid key, stays where it is and holds up the files of its resource behind it: a newer state of an item must not be
overwritten by an older one. What could not be read or moved is reported once, and left until it changes.
"""

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from receivables.uploads.client.drop_folders import DropFolder, Dropped, State, state_of
from receivables.uploads.client.exit_codes import ExitCode
from receivables.uploads.client.failures import SendingFailed

POLL_SECONDS, NAP_SECONDS = 1.0, 0.2
FIRST_WAIT, LONGEST_WAIT = 5.0, 300.0


class Delivery(NamedTuple):
    """What became of a file. `is_final` says that it is about the file: else it stays, to be sent later. `beside` is
    what is written beside it, `summary` the same in one line; `wait` are the seconds after which the server asks for
    the next try.
    """

    code: ExitCode
    is_final: bool
    summary: str
    beside: dict[str, bytes]
    wait: float | None = None


class FileChanged(Exception):
    """Somebody writes the file that was being read."""


Deliver = Callable[[Dropped], Delivery]  # raises OSError, FileChanged
Report = Callable[[str], Any]


@dataclass
class _Hold:
    """Until when files of a resource are held up, and after how many seconds more if that is in vain."""

    until: float = 0.0
    next_wait: float = FIRST_WAIT


@dataclass
class Watcher:
    """A file is sent when it did not change for `settle_seconds`; `is_once` ends when nothing is left to send."""

    folder: DropFolder
    deliver: Deliver
    report: Report
    complain: Report
    settle_seconds: float
    is_once: bool = False
    _seen: dict[str, tuple[State, float]] = field(default_factory=dict)  # and since when
    _left: dict[str, State] = field(default_factory=dict)
    _holds: dict[str, _Hold] = field(default_factory=dict)
    _ignored: set[str] = field(default_factory=set)
    _worst: ExitCode = ExitCode.ACCEPTED
    _is_stopped: bool = False

    def run(self) -> ExitCode:
        """Send until SIGTERM, or until nothing is left; return the worst code of `is_once`. Raises OSError where the
        folder cannot be read.
        """
        before = signal.signal(signal.SIGTERM, self._stop)
        try:
            while self._work():
                until = time.monotonic() + min(POLL_SECONDS, max(self.settle_seconds / 2, NAP_SECONDS))
                while not self._is_stopped and time.monotonic() < until:
                    time.sleep(NAP_SECONDS)
        finally:
            signal.signal(signal.SIGTERM, before)
        return self._worst if self.is_once else ExitCode.ACCEPTED

    def _stop(self, *_signal: Any) -> None:
        self._is_stopped = True

    def _work(self) -> bool:
        """Send what is ready. Return whether there is more to be done."""
        waiting = self._waiting()
        ready = [dropped for dropped in waiting if self._is_settled(dropped)]
        for dropped in ready:
            if self._is_stopped:
                break
            if not self._is_held(dropped):
                self._send(dropped)
        if self._is_stopped:
            self._note(ExitCode.TRY_LATER if self._waiting() else ExitCode.ACCEPTED)
            return False
        return not self.is_once or any(not self._is_held(dropped) for dropped in self._waiting())

    def _waiting(self) -> list[Dropped]:
        """Return the files that are to be sent, now or later."""
        for name, reason in self.folder.ignored():
            if name not in self._ignored:
                self.complain(f"{name} is not sent. {reason}.")
                self._ignored.add(name)
        files = self.folder.files()
        names = {dropped.name for dropped in files}
        self._seen = {name: seen for name, seen in self._seen.items() if name in names}
        self._left = {name: state for name, state in self._left.items() if name in names}
        return [dropped for dropped in files if self._left.get(dropped.name) != dropped.state]

    def _is_settled(self, dropped: Dropped) -> bool:
        now = time.monotonic()
        state, since = self._seen.get(dropped.name, (None, now))
        if state != dropped.state:
            since = now
        self._seen[dropped.name] = dropped.state, since
        return now - since >= self.settle_seconds

    def _is_held(self, dropped: Dropped) -> bool:
        hold = self._holds.get(dropped.resource)
        return hold is not None and (self.is_once or time.monotonic() < hold.until)

    def _send(self, dropped: Dropped) -> None:
        try:
            self.folder.prepare(dropped)
            delivery = self.deliver(dropped)
        except FileChanged:
            self._seen.pop(dropped.name, None)
        except Exception as error:
            if dropped.path.exists() or not isinstance(error, FileNotFoundError):
                self._leave(dropped, _reason(error))
        else:
            self._note(delivery.code)
            if delivery.is_final:
                self._move(dropped, delivery)
            else:
                self._hold(dropped, delivery)

    def _move(self, dropped: Dropped, delivery: Delivery) -> None:
        self._holds.pop(dropped.resource, None)
        try:
            path = self.folder.move(dropped, delivery.code, delivery.beside)
        except OSError as error:
            self._leave(dropped, f"{delivery.summary} But it could not be moved: {_reason(error)}")
        else:
            self.report(f"{dropped.name}: {delivery.summary} It is in {path.relative_to(self.folder.folder)}.")

    def _leave(self, dropped: Dropped, reason: str) -> None:
        self.complain(f"{dropped.name}: {reason.rstrip('.')}. It is left there until it changes.")
        self._left[dropped.name] = dropped.state
        with suppress(OSError):  # it may be gone, and what failed may have touched it
            self._left[dropped.name] = state_of(dropped.path.lstat())
        self._note(ExitCode.FAILED)

    def _hold(self, dropped: Dropped, delivery: Delivery) -> None:
        """Keep the files of a resource from being sent for a while, twice as long each time."""
        hold = self._holds.setdefault(dropped.resource, _Hold())
        wait = max(hold.next_wait, min(delivery.wait or 0, LONGEST_WAIT))
        hold.until, hold.next_wait = time.monotonic() + wait, min(2 * hold.next_wait, LONGEST_WAIT)
        again = "" if self.is_once else f" Trying again in {wait:.0f} s."
        self.complain(f"{dropped.name}: {delivery.summary} It stays, and so do {dropped.resource} behind it.{again}")

    def _note(self, code: ExitCode) -> None:
        self._worst = max(self._worst, code, key=lambda each: each.severity)


def _reason(error: Exception) -> str:
    match error:
        case SendingFailed():
            return str(error)
        case OSError(strerror=str(why)):
            return f"{why} ({error.filename})" if error.filename else why
        case _:
            return f"{type(error).__name__}: {error}"
