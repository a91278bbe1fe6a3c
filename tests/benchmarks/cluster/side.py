"""One side of the comparison: a process with one database, which does what it is sent through a pipe."""

import multiprocessing
import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

END_SECONDS = 60


class Failed(Exception):
    """What a side was to do did not end well; holds what it said."""


class Gone(Exception):
    """The process of a side has ended."""


class Outcome(NamedTuple):
    """Seconds of one upload, request or page, and what has to be the same on both sides."""

    seconds: float
    answer: Any


@dataclass(frozen=True)
class Sizes:
    rows: int  # of a large upload
    invoices: int  # of all accounts, before anything is measured
    is_distributed: bool


class Side:
    def __init__(self, name: str, pipe: Connection):
        self.name, self.pipe = name, pipe

    def run(self, *order: Any) -> Any:
        """Have it run a method of its service, and return what this returns."""
        self.begin(*order)
        return self.result()

    def begin(self, *order: Any) -> None:
        self.pipe.send(order)

    def result(self) -> Any:
        try:
            is_done, answer = self.pipe.recv()
        except (EOFError, ConnectionResetError):
            raise Gone(f"the process of the {self.name} side has ended; its own words are above") from None
        if not is_done:
            raise Failed(f"{self.name}: {answer}")
        return answer


@contextmanager
def running_side(name: str, url: str, sizes: Sizes) -> Iterator[Side]:
    """Start a side, and end it with all it started."""
    processes = multiprocessing.get_context("spawn")
    ours, its = processes.Pipe()
    process = processes.Process(target=serve, args=(its, url, sizes))
    process.start()
    its.close()  # a side that died is noticed
    try:
        yield Side(name, ours)
    finally:
        ours.close()  # the side ends with its pipe
        process.join(END_SECONDS)


def serve(pipe: Connection, url: str, sizes: Sizes) -> None:
    """Do what comes through the pipe until it closes."""
    os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    import django  # whatever touches a model is imported once Django is set up

    django.setup()
    from tests.benchmarks.cluster.service import running_service

    try:
        with running_service(sizes) as service:
            while True:
                _answer(pipe, service)
    except (EOFError, ConnectionResetError):  # with or without something unread in it
        return


def _answer(pipe: Connection, service: Any) -> None:
    method, *arguments = pipe.recv()
    try:
        answer = True, getattr(service, method)(*arguments)
    except Exception:  # the other process raises it
        answer = False, traceback.format_exc()
    pipe.send(answer)
