"""Measure everything in one run: `python -m tests.benchmarks --rows 100000 --invoices 1000000`."""

import argparse
import os
import platform
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import django
import psycopg

from tests.benchmarks import report
from tests.benchmarks.cluster.comparison import compare
from tests.benchmarks.database import Tables, beside, given_database, own_database, var_dir

CLUSTER, REKEYING = "cluster", "rekeying"
SIZES = {"rows": 100_000, "invoices": 1_000_000, "runs": 3}
SIZES_OF_CLUSTER = {"rows": 20_000, "invoices": 160_000, "runs": 5}

# Whatever touches a model is imported once Django is set up.
Part = Callable[[Tables, argparse.Namespace], tuple[list[report.Line], list[report.PlanLine]]]


def main() -> None:
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # the way out stops the server and drops the database
    if options.part == CLUSTER:
        compare(options, _sizes(options) | _machine(), var_dir() / "bench-cluster.json")
        return
    server = given_database()
    os.environ |= {"DATABASE_URL": beside(server), "DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings"}
    django.setup()
    machine = _sizes(options) | _machine()
    if options.part == REKEYING:
        from tests.benchmarks.rekeying.migrating import rekey

        rekey(server, options, machine)
        return
    measured = []
    for title, part in PARTS[options.part].items():
        lines, plans, facts = _measured(server, part, options)
        measured.append((title, lines, plans))
    _tell(measured, machine | facts)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="Measures the service beside its alternatives.")
    parser.add_argument("--part", choices=[*PARTS, CLUSTER, REKEYING], default="all", help="of what is measured")
    parser.add_argument("--rows", type=int, help="of one upload; all uploads scale with it")
    parser.add_argument("--invoices", type=int, help="that are stored when they are read")
    parser.add_argument("--alone", action="store_true", help="only the service, without its alternatives")
    parser.add_argument("--runs", type=int, help="of each quick scenario, of which the median counts")
    cluster = parser.add_argument_group(f"--part {CLUSTER}", "Compares a plain PostgreSQL with a Citus cluster.")
    cluster.add_argument("--plain", metavar="URL", help="of an empty plain database; else PLAIN_URL")
    cluster.add_argument("--cluster", metavar="URL", help="of an empty database of the coordinator; else CLUSTER_URL")
    cluster.add_argument("--control", action="store_true", help="both are plain: shows that all ratios are 1 then")
    cluster.add_argument("--works", metavar="TEXT", default="", help="only those with this in their names")
    rekeying = parser.add_argument_group(f"--part {REKEYING}", "Migrates a large database while others use it.")
    before = "from where to migrate an app; may be repeated. Else from before the account was in every key"
    rekeying.add_argument("--before", metavar="APP=NAME", action="append", default=[], help=before)
    options = parser.parse_args()
    for name, size in (SIZES_OF_CLUSTER if options.part == CLUSTER else SIZES).items():
        setattr(options, name, getattr(options, name) or size)
    return options


def _sizes(options: argparse.Namespace) -> dict[str, int]:
    return {name: getattr(options, name) for name in SIZES}


def _measured(server: str, part: Part, options: argparse.Namespace) -> Any:
    """Return what a part found, in a database of its own, and what PostgreSQL says of itself."""
    from django.core.management import call_command
    from django.db import connections

    from tests.benchmarks.bench import content_columns

    with own_database(server), closing(psycopg.connect(beside(server), autocommit=True)) as connection:
        call_command("migrate", verbosity=0)
        tables = Tables(connection, content_columns())
        try:
            return *part(tables, options), tables.facts()
        finally:
            connections.close_all()


def _uploads(tables: Tables, options: argparse.Namespace) -> tuple[list[report.Line], list[report.PlanLine]]:
    from tests.benchmarks import feed
    from tests.benchmarks.alone import uploads_alone
    from tests.benchmarks.bench import Bench
    from tests.benchmarks.large_table import large_table
    from tests.benchmarks.peaks import peaks
    from tests.benchmarks.scenarios import all_changed, all_new, all_unchanged
    from tests.benchmarks.small_uploads import small_uploads

    bench = Bench(tables, options.rows, options.runs)
    original = bench.feed_of(list(feed.invoices(bench.rows)))
    with bench.serving() as server:
        if options.alone:
            return uploads_alone(bench, server, original), []
        lines = [
            *all_new(bench, server, original),
            *all_unchanged(bench, server, original),
            *all_changed(bench, server),
            *small_uploads(bench, server),
            *large_table(bench, server, original),
        ]
    return [*lines, *peaks(bench, original)], []


def _loads(tables: Tables, options: argparse.Namespace) -> tuple[list[report.Line], list[report.PlanLine]]:
    from tests.benchmarks.bench import Bench
    from tests.benchmarks.loads import loads

    bench = Bench(tables, options.rows, options.runs)
    with bench.serving() as server:
        return loads(bench, server), []


def _reading(tables: Tables, options: argparse.Namespace) -> tuple[list[report.Line], list[report.PlanLine]]:
    from tests.benchmarks.reading.admin import admin
    from tests.benchmarks.reading.aging import aging
    from tests.benchmarks.reading.bench import Bench
    from tests.benchmarks.reading.files import files
    from tests.benchmarks.reading.movements import movements
    from tests.benchmarks.reading.pages import pages
    from tests.benchmarks.reading.plans import plans
    from tests.benchmarks.reading.portfolio import portfolio

    bench = Bench(tables, portfolio(tables, options.invoices), options.runs)
    with bench.serving() as server:
        if options.part == "plans":
            return [], plans(bench, server)
        if options.part == "admin":
            return admin(bench), []
        read = [*pages(bench, server, options.alone), *aging(bench, server), *files(bench, server)]
        lines = [*read, *movements(bench, server), *admin(bench)]
        return lines, [] if options.alone else plans(bench, server)


def _as_it_was(tables: Tables, options: argparse.Namespace) -> tuple[list[report.Line], list[report.PlanLine]]:
    from tests.benchmarks.reading.as_it_was import as_it_was
    from tests.benchmarks.reading.bench import Bench
    from tests.benchmarks.reading.portfolio import portfolio

    bench = Bench(tables, portfolio(tables, options.invoices), options.runs)
    with bench.serving() as server:
        return as_it_was(bench, server), []


def _undo(tables: Tables, options: argparse.Namespace) -> tuple[list[report.Line], list[report.PlanLine]]:
    from tests.benchmarks import feed
    from tests.benchmarks.bench import Bench
    from tests.benchmarks.undo import taken_back

    bench = Bench(tables, options.rows, options.runs)
    original = bench.feed_of(list(feed.invoices(bench.rows)))
    with bench.serving() as server:
        return taken_back(bench, server, original), []


UPLOADS, READING = {"Uploads of invoices": _uploads}, {"Reading of invoices": _reading}
LOADS = {"Full loads": _loads}
UNDO = {"Taking back": _undo}
AS_IT_WAS = {"Reports as they were": _as_it_was}
PARTS: dict[str, dict[str, Part]] = {
    "uploads": UPLOADS,
    "loads": LOADS,
    "undo": UNDO,
    "reading": READING,
    "as-it-was": AS_IT_WAS,
    "plans": READING,
    "admin": {"The admin over invoices": _reading},
    "all": UPLOADS | LOADS | UNDO | READING | AS_IT_WAS,
}


def _tell(measured: list[tuple[str, list[report.Line], list[report.PlanLine]]], machine: dict[str, Any]) -> None:
    lines = [line for _, found, _ in measured for line in found]
    plans = [line for _, _, found in measured for line in found]
    report.keep(var_dir() / "bench.json", lines, plans, machine)
    for title, found, _ in measured:
        if found:
            report.show(title, found, machine)
    if plans:
        report.show_plans(plans)


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
