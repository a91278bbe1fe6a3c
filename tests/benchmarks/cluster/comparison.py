"""Run each work on both sides in turn, and say what the cluster costs."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from tests.benchmarks.cluster.databases import CLUSTER, PLAIN, addresses, check, emptied, spread
from tests.benchmarks.cluster.side import Failed, Side, Sizes, running_side
from tests.benchmarks.progress import note
from tests.benchmarks.ratios import Pairs, milliseconds
from tests.benchmarks.report import TABLE_WIDTH
from tests.benchmarks.sending import WrongAnswer


class Work(NamedTuple):
    """What is measured: how many times as long as on a plain PostgreSQL it may take, None if no goal is set, and how
    often both sides do it in turn for one run, whose figure is the median: quick ones more often, so that both sides
    meet the same noise.
    """

    goal: float | None = None
    turns: int = 1


QUICK = 6
WORKS = {
    "large upload, new": Work(1.2),
    "large upload, unchanged": Work(1.05),
    "large upload, changed": Work(1.1),
    "small upload, new": Work(1.5, QUICK),
    "small upload, unchanged": Work(1.5, QUICK),
    "small upload, changed": Work(1.5, QUICK),
    "asynchronous upload": Work(),
    "full load, 3 % missing": Work(),
    "upload page, to the receipt": Work(turns=2),
    "page of a list": Work(2.0, QUICK),
    "page of a list, a customer's": Work(2.0, QUICK),
    "invoice by its address": Work(2.0, QUICK),
    "receipt by its address": Work(2.0, QUICK),
    "list as CSV": Work(turns=2),
    "aging report": Work(turns=2),
    "admin's list of invoices": Work(turns=QUICK),
    "dashboard": Work(turns=QUICK),
}

Measured = dict[str, Pairs]


def compare(options: argparse.Namespace, machine: dict[str, Any], file: Path) -> None:
    """Measure both sides, print the ratios, and write them to a file of JSON."""
    urls = addresses(vars(options))
    check(urls, options.control)
    with emptied(urls), _sides(urls, options) as sides:
        facts = machine | ({} if options.control else {"accounts of workers": spread(urls[CLUSTER])})
        works = [work for work in WORKS if options.works in work]
        measured, failures = _all_measured(works, sides, options.runs)
    file.write_text(json.dumps({"machine": facts, "works": _document(measured)}, indent=2) + "\n")
    _show(measured, [*failures], facts)
    if failures:
        sys.exit("\n".join(f"{work} failed: {failure}" for work, failure in failures.items()))


@contextmanager
def _sides(urls: dict[str, str], options: argparse.Namespace) -> Iterator[list[Side]]:
    """Start both sides, filled alike."""
    with ExitStack() as stack:
        sides = []
        for name, url in urls.items():
            sizes = Sizes(options.rows, options.invoices, name == CLUSTER and not options.control)
            sides.append(stack.enter_context(running_side(name, url, sizes)))
        _both(sides, "fill")
        yield sides


def _both(sides: list[Side], order: str) -> None:
    """Have both sides do it at once: nothing is measured."""
    started = perf_counter()
    for each in sides:
        each.begin(order)
    failures = []
    for each in sides:
        try:
            each.result()
        except Failed as failure:  # not before the other side is done as well
            failures.append(failure)
    if failures:
        raise failures[0]
    note("both sides", order, perf_counter() - started)


def _all_measured(works: list[str], sides: list[Side], runs: int) -> tuple[Measured, dict[str, Exception]]:
    """Return what each work took, and why those that failed did, which hold up no other."""
    measured, failures = {}, {}
    for work in works:
        try:
            measured[work] = _measured(work, sides, runs)
        except (Failed, WrongAnswer) as failure:
            failures[work] = failure
            note(work, "failed", 0)
    return measured, failures


def _measured(name: str, sides: list[Side], runs: int) -> Pairs:
    """Run a work once to warm both sides, then in turn."""
    _both(sides, "settle")
    pairs = Pairs()
    for run in range(1 + runs):
        turns = range(run * WORKS[name].turns, (run + 1) * WORKS[name].turns)
        plain, cluster = zip(*(_turn(name, sides, turn) for turn in turns), strict=True)
        if run:
            pairs.first.append(median(plain))
            pairs.second.append(median(cluster))
    note(name, "ratio", pairs.ratio, "x")
    return pairs


def _turn(name: str, sides: list[Side], turn: int) -> tuple[float, float]:
    """Return the seconds of both sides, each of which is the first every other time."""
    outcomes = {side.name: side.run("run", name, turn) for side in (sides if turn % 2 else sides[::-1])}
    _check_same(name, outcomes[PLAIN].answer, outcomes[CLUSTER].answer)
    return outcomes[PLAIN].seconds, outcomes[CLUSTER].seconds


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
        work: {PLAIN: pairs.first, CLUSTER: pairs.second, "ratio": pairs.ratio, "goal": WORKS[work].goal}
        for work, pairs in measured.items()
    }


def _show(measured: Measured, failed: list[str], facts: dict[str, Any]) -> None:
    table = Table(
        title="A cluster beside a plain PostgreSQL, medians", caption=", ".join(f"{k} {v}" for k, v in facts.items())
    )
    for heading in ("work", "plain", "cluster", "ratio", "spread", "of the fastest", "goal", ""):
        table.add_column(heading, justify="left" if heading in ("work", "") else "right")
    for work, pairs in measured.items():
        table.add_row(work, milliseconds(median(pairs.first)), milliseconds(median(pairs.second)), *_cells(work, pairs))
    for work in failed:
        table.add_row(work, "failed")
    Console(width=max(Console().width, TABLE_WIDTH)).print(table)


def _cells(work: str, pairs: Pairs) -> list[str]:
    goal = WORKS[work].goal
    limit, verdict = (
        ("", "") if goal is None else (f"at most {goal:g}", "met" if pairs.ratio <= goal else "[bold]NOT MET[/bold]")
    )
    return [f"{pairs.ratio:.2f}", pairs.spread, f"{pairs.ratio_of_fastest:.2f}", limit, verdict]
