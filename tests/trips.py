"""Which files a request goes through: `python -m tests.trips`, with `--moves` for each pair of files.

Three requests are made twice, and the second one is traced, when caches are filled and decoders are compiled:

- upload: three new invoices
- list: the first page of the invoices
- admin list: the same six invoices as a superuser sees them

Counted are the functions of the apps, without those of the middleware, which every request passes alike, and without
libraries and tests. A function counts when it is entered, not when it returns, nor when a generator goes on.

- files: files of which a function was entered
- moves: direct calls of a function by one of another file
- crossings: moves from one app into another
- turns: functions entered right after one of another file; other than moves, they include what a library calls
"""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count, pairwise
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import setup_test_environment
from rich.console import Console
from rich.table import Table

APPS = {"config", "apiauth", "customers", "receivables"}
DATABASE = "test_trips"
FIGURES = ("files", "moves", "crossings", "turns")


class Trace:
    """The files of the functions that are entered within it, one after the other."""

    def __init__(self) -> None:
        self.entered: list[str] = []
        self.moves: Counter[tuple[str, str]] = Counter()
        self.frames: set[FrameType] = set()

    def __enter__(self) -> "Trace":
        sys.setprofile(self.note)
        return self

    def __exit__(self, *args: object) -> None:
        sys.setprofile(None)

    def note(self, frame: FrameType, event: str, _: Any) -> None:
        file = file_of(frame.f_code)
        if event != "call" or not file or frame in self.frames:
            return
        self.frames.add(frame)
        self.entered.append(file)
        caller = file_of(frame.f_back.f_code) if frame.f_back else ""
        if caller not in ("", file):
            self.moves[caller, file] += 1

    def figures(self) -> tuple[int, ...]:
        crossings = sum(times for (caller, called), times in self.moves.items() if app_of(caller) != app_of(called))
        turns = sum(before != after for before, after in pairwise(self.entered))
        return len(set(self.entered)), self.moves.total(), crossings, turns


def app_of(file: str) -> str:
    return file.partition("/")[0]


@cache
def file_of(code: CodeType) -> str:
    """Return the file of a function of the apps, from the root of the project; empty for all others."""
    path = Path(code.co_filename)
    if not path.is_relative_to(settings.BASE_DIR):
        return ""
    file = path.relative_to(settings.BASE_DIR)
    return str(file) if app_of(str(file)) in APPS and str(file) not in middleware_files() else ""


@cache
def middleware_files() -> set[str]:
    return {name.rpartition(".")[0].replace(".", "/") + ".py" for name in settings.MIDDLEWARE}


@contextmanager
def own_database() -> Iterator[None]:
    """Make an empty database beside the one of the settings, and drop it in the end."""
    given, connection.settings_dict["TEST"]["NAME"] = connection.settings_dict["NAME"], DATABASE
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(given, verbosity=0)


def trips() -> dict[str, Callable[[], Any]]:
    from django.contrib.auth.models import User

    from apiauth.models import Account
    from tests.factories import invoice_row, key_headers

    program, browser, numbers = Client(headers=key_headers(Account.objects.create(name="Acme"))), Client(), count(1)
    browser.force_login(User.objects.create_superuser("superuser"))

    def upload() -> Any:
        rows = [invoice_row(invoiceNumber=f"{next(numbers)}") for _ in range(3)]
        return program.post("/jsonApi/upload/invoices", json.dumps(rows), content_type="application/json")

    return {
        "upload": upload,
        "list": lambda: program.get("/jsonApi/invoices"),
        "admin list": lambda: browser.get("/admin/receivables/invoice/"),
    }


def traced(trip: Callable[[], Any]) -> Trace:
    """Make a request twice, and trace the second one. Raises RuntimeError if one of them fails."""
    answers = [trip()]
    with Trace() as trace:
        answers.append(trip())
    if {answer.status_code for answer in answers} != {200}:
        raise RuntimeError([answer.content for answer in answers])
    return trace


def print_figures(traces: dict[str, Trace]) -> None:
    table = Table("trip", *FIGURES)
    for name, trace in traces.items():
        table.add_row(name, *map(str, trace.figures()))
    Console().print(table)


def print_moves(traces: dict[str, Trace]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for name, trace in traces.items():
        console.print(f"\n{name}")
        for (caller, called), times in trace.moves.most_common():
            console.print(f"{times:5}  {caller} -> {called}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.trips", description="Counts the files of three requests.")
    parser.add_argument("--moves", action="store_true", help="list the pairs of files, too")
    options = parser.parse_args()
    django.setup()
    settings.WHITENOISE_AUTOREFRESH = True  # static files are read on demand, not listed first
    setup_test_environment()
    with own_database():
        traces = {name: traced(trip) for name, trip in trips().items()}
    print_figures(traces)
    if options.moves:
        print_moves(traces)


if __name__ == "__main__":
    main()
