"""Measure everything in one run: `python -m tests.benchmarks --rows 100000`."""

import argparse
import os
import platform
import signal
import sys
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import django
import psycopg

from tests.benchmarks import report
from tests.benchmarks.database import Tables, own_database, var_dir


def main() -> None:
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # the way out stops the server and drops the database
    with own_database() as address:
        os.environ |= {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings"}
        django.setup()
        lines, database = _measured(address, options.rows, options.runs)
    machine = {"rows": options.rows, "runs": options.runs} | _machine() | database
    report.keep(var_dir() / "bench.json", lines, machine)
    report.show(lines, machine)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="Measures the service beside its alternatives.")
    parser.add_argument("--rows", type=int, default=100_000, help="of one upload; everything scales with it")
    parser.add_argument("--runs", type=int, default=3, help="of each quick scenario, of which the median counts")
    return parser.parse_args()


def _measured(address: str, rows: int, runs: int) -> tuple[list[report.Line], dict[str, str]]:
    # Models can only be imported once Django is set up.
    from django.core.management import call_command
    from django.db import connections

    from tests.benchmarks.bench import Bench, content_columns

    call_command("migrate", verbosity=0)
    with closing(psycopg.connect(address, autocommit=True)) as connection:
        tables = Tables(connection, content_columns())
        try:
            return _lines(Bench(tables, rows, runs)), tables.facts()
        finally:
            connections.close_all()


def _lines(bench: Any) -> list[report.Line]:
    from tests.benchmarks import feed
    from tests.benchmarks.large_table import large_table
    from tests.benchmarks.peaks import peaks
    from tests.benchmarks.scenarios import all_changed, all_new, all_unchanged
    from tests.benchmarks.small_uploads import small_uploads

    original = bench.feed_of(list(feed.invoices(bench.rows)))
    with bench.serving() as server:
        lines = [
            *all_new(bench, server, original),
            *all_unchanged(bench, server, original),
            *all_changed(bench, server),
            *small_uploads(bench, server),
            *large_table(bench, server, original),
        ]
    return [*lines, *peaks(bench, original)]


def _machine() -> dict[str, Any]:
    """Return what the figures depend on. The load is that of the last quarter of an hour, this run included."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[2], 2),
        "machine": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    } | {name: version(name) for name in ("django", "djangorestframework", "psycopg", "gunicorn")}


if __name__ == "__main__":
    main()
