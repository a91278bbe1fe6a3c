"""Run each work on both sides in turn, and say what the cluster costs."""

import argparse
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.benchmarks.cluster.databases import CLUSTER, PLAIN, addresses, check, emptied, spread
from tests.benchmarks.cluster.side import Side, Sizes, side
from tests.benchmarks.progress import note
from tests.benchmarks.ratios import Pairs, milliseconds
from tests.benchmarks.report import TABLE_WIDTH
from tests.benchmarks.sending import WrongAnswer

# How many times as long as on a plain PostgreSQL each work may take on a cluster; None where no goal is set.
GOALS = {
    "large upload, new": 1.2,
    "large upload, unchanged": 1.05,
    "large upload, changed": 1.1,
    "small upload, new": 1.5,
    "small upload, unchanged": 1.5,
    "small upload, changed": 1.5,
    "asynchronous upload": None,
    "full load, 3 % missing": None,
    "upload page, to the receipt": None,
    "page of a list": 2.0,
    "page of a list, a customer's": 2.0,
    "invoice by its address": 2.0,
    "receipt by its address": 2.0,
    "list as CSV": None,
    "aging report": None,
    "admin's list of invoices": None,
    "dashboard": None,
}

Measured = dict[str, Pairs]


def compare(options: argparse.Namespace, machine: dict[str, Any], file: Path) -> None:
    """Measure both sides, print the ratios, and write them to a file of JSON."""
    urls = addresses(vars(options))
    check(urls, options.control)
    with emptied(urls), _sides(urls, options) as sides:
        facts = machine | ({} if options.control else {"accounts of workers": spread(urls[CLUSTER])})
        measured = {work: _measured(work, sides, options.runs) for work in GOALS}
    file.write_text(json.dumps({"machine": facts, "works": _document(measured)}, indent=2) + "\n")
    _show(measured, facts)


@contextmanager
def _sides(urls: dict[str, str], options: argparse.Namespace) -> Iterator[list[Side]]:
    """Start both sides, filled alike."""
    with ExitStack() as stack:
        sides = []
        for name, url in urls.items():
            sizes = Sizes(options.rows, options.invoices, name == CLUSTER and not options.control)
            sides.append(stack.enter_context(side(name, url, sizes)))
        _both(sides, "fill")
        yield sides


def _both(sides: list[Side], order: str) -> None:
    """Have both sides do it at once: nothing is measured."""
    started = perf_counter()
    for each in sides:
        each.begin(order)
    for each in sides:
        each.result()
    note("both sides", order, perf_counter() - started)


def _measured(work: str, sides: list[Side], runs: int) -> Pairs:
    """Run a work once to warm both sides, then in turn, each first every other time."""
    _both(sides, "settle")
    pairs = Pairs()
    for number in range(1 + runs):
        outcomes = {each.name: each.run("run", work, number) for each in (sides if number % 2 else sides[::-1])}
        _check_same(work, outcomes[PLAIN].answer, outcomes[CLUSTER].answer)
        if number:
            pairs.first.append(outcomes[PLAIN].seconds)
            pairs.second.append(outcomes[CLUSTER].seconds)
    note(work, "ratio", pairs.ratio, "x")
    return pairs


def _check_same(work: str, plain: Any, cluster: Any) -> None:
    """Raise WrongAnswer, with the first difference of two lists, unless both sides answered the same."""
    if isinstance(plain, list) and isinstance(cluster, list) and len(plain) == len(cluster):
        plain, cluster = next(
            ((one, other) for one, other in zip(plain, cluster, strict=True) if one != other), ("", "")
        )
    if plain != cluster:
        raise WrongAnswer(f"{work}: the plain side answers {plain!r}, and the cluster {cluster!r}")


def _document(measured: Measured) -> dict[str, Any]:
    return {
        work: {PLAIN: pairs.first, CLUSTER: pairs.second, "ratio": pairs.ratio, "goal": GOALS[work]}
        for work, pairs in measured.items()
    }


def _show(measured: Measured, facts: dict[str, Any]) -> None:
    table = Table(
        title="A cluster beside a plain PostgreSQL, medians", caption=", ".join(f"{k} {v}" for k, v in facts.items())
    )
    for heading in ("work", "plain", "cluster", "ratio", "spread", "goal", ""):
        table.add_column(heading, justify="left" if heading in ("work", "") else "right")
    for work, pairs in measured.items():
        table.add_row(work, milliseconds(median(pairs.first)), milliseconds(median(pairs.second)), *_cells(work, pairs))
    Console(width=max(Console().width, TABLE_WIDTH)).print(table)


def _cells(work: str, pairs: Pairs) -> list[str]:
    goal = GOALS[work]
    limit, verdict = (
        ("", "") if goal is None else (f"at most {goal:g}", "met" if pairs.ratio <= goal else "[bold]NOT MET[/bold]")
    )
    return [f"{pairs.ratio:.2f}", pairs.spread, limit, verdict]
