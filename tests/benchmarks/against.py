"""Compare two versions of the service: `python -m tests.benchmarks.against COMMIT --part uploads`.

The commit's tree is laid out in VAR_DIR beside its own environment. Both versions run the same part of the benchmark
in turn, A B B A A B B A, so that both meet the same noise. Each pair of neighbours gives a ratio; their range is the
spread. A version is slower, or faster, where the whole spread says so.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from shutil import copytree, rmtree
from statistics import median
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from tests.benchmarks.database import given_database, var_dir
from tests.benchmarks.ratios import Pairs
from tests.benchmarks.report import TABLE_WIDTH

HERE = Path(__file__).resolve().parents[2]
RATE = re.compile(r": [\d,.]+ \w+/s$")  # what a line's name says of its speed
COUNTS = re.compile(r", \d+ queries$")

Seconds = dict[tuple[str, str], float]  # of each scenario and contender, for one row where rows are counted


class Tree(NamedTuple):
    name: str
    folder: Path
    python: Path


def main() -> None:
    options = _options()
    trees = [_laid_out(options.commit), Tree("here", HERE, Path(sys.executable))]
    database = given_database()
    measured: dict[str, list[Seconds]] = defaultdict(list)
    for pair in range(options.pairs):
        for tree in trees if pair % 2 == 0 else reversed(trees):
            measured[tree.name].append(_measured(tree, database, options))
    _show(options, *(measured[tree.name] for tree in trees))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench AGAINST=...", description="Compares two versions.")
    parser.add_argument("commit", help="the version to compare with")
    parser.add_argument("--part", choices=["uploads", "reading", "admin"], default="uploads")
    parser.add_argument("--rows", type=int, default=20_000, help="of one upload")
    parser.add_argument("--invoices", type=int, default=100_000, help="that are stored when they are read")
    parser.add_argument("--pairs", type=int, default=6, help="of runs, one of each version")
    return parser.parse_args()


def _laid_out(commit: str) -> Tree:
    """Lay out the tree of a commit, once; its environment is ours where both lock the same packages."""
    revision = _git("rev-parse", "--verify", f"{commit}^{{commit}}").decode().strip()
    folder = var_dir() / "against" / revision[:12]
    if not folder.exists():
        folder.mkdir(parents=True)
        subprocess.run(["tar", "-x", "-C", folder], input=_git("archive", revision), check=True)
        _make_measurable(folder)
    python = Path(sys.executable)
    if (folder / "requirements.txt").read_bytes() != (HERE / "requirements.txt").read_bytes():
        subprocess.run(["make", "-C", folder, ".venv/installed"], check=True)
        python = folder / ".venv" / "bin" / "python"
    return Tree(revision[:12], folder, python)


def _make_measurable(folder: Path) -> None:
    """Lay our tests over those of a version whose benchmark cannot run alone yet."""
    if not (folder / "tests" / "benchmarks" / "alone.py").exists():
        rmtree(folder / "tests")
        copytree(HERE / "tests", folder / "tests")


def _git(*command: str) -> bytes:
    return subprocess.run(["git", *command], cwd=HERE, check=True, capture_output=True).stdout


def _measured(tree: Tree, database: str, options: argparse.Namespace) -> Seconds:
    folder = var_dir() / "against" / f"{tree.name}-var"
    folder.mkdir(parents=True, exist_ok=True)
    sizes = [f"--rows={options.rows}", f"--invoices={options.invoices}", "--runs=1"]
    subprocess.run(
        [tree.python, "-m", "tests.benchmarks", "--alone", f"--part={options.part}", *sizes],
        cwd=tree.folder,
        env=os.environ | {"DATABASE_URL": database, "VAR_DIR": str(folder), "PYTHONPATH": str(tree.folder)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    lines = json.loads((folder / "bench.json").read_text())["lines"]
    return {_name(line): line["median"] / (line["rows"] or 1) for line in lines if line["median"]}


def _name(line: dict[str, str]) -> tuple[str, str]:
    return line["scenario"], COUNTS.sub("", RATE.sub("", line["contender"]))


def _show(options: argparse.Namespace, before: list[Seconds], now: list[Seconds]) -> None:
    table = Table(title=f"{options.part}: here beside {options.commit}, {options.pairs} pairs of runs")
    for heading in ("scenario", "what", "before", "here", "ratio of medians", "spread", ""):
        table.add_column(heading)
    for name in before[0]:
        if all(name in run for run in [*before, *now]):
            table.add_row(*name, *_cells(Pairs([run[name] for run in before], [run[name] for run in now])))
    Console(width=max(Console().width, TABLE_WIDTH)).print(table)


def _cells(pairs: Pairs) -> list[str]:
    """Return the medians, their ratio, its spread, and what the spread says; a ratio over 1 is slower."""
    verdict = "slower" if min(pairs.ratios) > 1 else "faster" if max(pairs.ratios) < 1 else "no difference"
    return [_time(median(pairs.first)), _time(median(pairs.second)), f"{pairs.ratio:.2f}", pairs.spread, verdict]


def _time(seconds: float) -> str:
    return f"{seconds * 1e6:,.0f} µs"


if __name__ == "__main__":
    main()
