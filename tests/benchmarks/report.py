"""What was measured, as a table for people and as JSON for machines."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

MEGABYTE = 1_000_000
TABLE_WIDTH = 165  # where no terminal says how wide it is
NUMBERS = {"rows/s", "seconds", "ratio", "peak memory", "invoices", "page", "ms"}
SCAN = "Seq Scan on receivables_invoice"


@dataclass(frozen=True)
class Goal:
    """A limit of a line's figure, which is a ratio, or megabytes; `{}` in the wording stands for it."""

    limit: float
    wording: str
    is_least: bool = True
    unit: str = "x"

    def is_met_by(self, figure: float) -> bool:
        return figure >= self.limit if self.is_least else figure <= self.limit

    def text(self) -> str:
        return self.wording.format(f"{'at least' if self.is_least else 'at most'} {self.limit:g} {self.unit}")


@dataclass(frozen=True)
class Line:
    """One contender in one scenario. `seconds` are those of each run, `rows` those of one run."""

    scenario: str
    contender: str
    rows: int = 0
    seconds: tuple[float, ...] = ()
    figure: float | None = None
    goal: Goal | None = None
    peak_bytes: int | None = None
    latencies: tuple[float, float] | None = None  # seconds of one small upload: median and 99th percentile
    unavailable: str = ""

    @property
    def median(self) -> float | None:
        return median(self.seconds) if self.seconds else None

    @property
    def rows_per_second(self) -> float | None:
        return self.rows / self.median if self.median else None

    @property
    def is_met(self) -> bool | None:
        return None if self.goal is None or self.figure is None else self.goal.is_met_by(self.figure)

    def as_json(self) -> dict[str, Any]:
        computed = {"median": self.median, "rows_per_second": self.rows_per_second, "is_met": self.is_met}
        return asdict(self) | computed

    def cells(self) -> list[str]:
        unit = self.goal.unit if self.goal else "x"
        return [
            self.scenario,
            self.contender,
            _cell(self.rows_per_second, ",.0f"),
            self._seconds(),
            _cell(self.figure, ".0f" if unit == "MB" else ".2f", f" {unit}"),
            self.goal.text() if self.goal else "",
            self.unavailable or {True: "met", False: "[bold]NOT MET[/bold]", None: ""}[self.is_met],
            _cell(self.peak_bytes and self.peak_bytes / MEGABYTE, ",.0f", " MB"),
        ]

    def _seconds(self) -> str:
        if self.latencies:
            return "p50 {:.3f}, p99 {:.3f}".format(*self.latencies)
        return _cell(self.median, ".2f")


@dataclass(frozen=True)
class PlanLine:
    """A page of the list as it is asked for in one way; the plan's last step comes first."""

    asked: str
    matches: int
    page: int
    milliseconds: float
    plan: str

    @property
    def is_scan(self) -> bool:
        return SCAN in self.plan


def _cell(value: float | None, form: str, unit: str = "") -> str:
    return "" if value is None else f"{value:{form}}{unit}"


def show(title: str, lines: list[Line], machine: dict[str, Any]) -> None:
    table = Table(title=f"{title}, medians", caption=", ".join(f"{k} {v}" for k, v in machine.items()))
    _add_columns(table, ["scenario", "contender", "rows/s", "seconds", "ratio", "goal", "", "peak memory"])
    for place, line in enumerate(lines):
        is_last = place + 1 == len(lines) or lines[place + 1].scenario != line.scenario
        is_first = place == 0 or lines[place - 1].scenario != line.scenario
        table.add_row(line.scenario if is_first else "", *line.cells()[1:], end_section=is_last)
    _print(table)


def show_plans(plans: list[PlanLine]) -> None:
    table = Table(title="Pages of the list of invoices by what is asked for, medians")
    _add_columns(table, ["asked for", "invoices", "page", "ms", "how they are found"])
    for line in plans:
        plan = f"[bold]{line.plan}[/bold]" if line.is_scan else line.plan
        table.add_row(line.asked, f"{line.matches:,}", f"{line.page:,}", f"{line.milliseconds:.1f}", plan)
    _print(table)


def _add_columns(table: Table, headings: list[str]) -> None:
    for heading in headings:
        table.add_column(heading, justify="right" if heading in NUMBERS else "left")


def _print(table: Table) -> None:
    Console(width=max(Console().width, TABLE_WIDTH)).print(table)


def keep(path: Path, lines: list[Line], plans: list[PlanLine], machine: dict[str, Any]) -> None:
    document = {
        "machine": machine,
        "lines": [line.as_json() for line in lines],
        "plans": [asdict(line) | {"is_scan": line.is_scan} for line in plans],
    }
    path.write_text(json.dumps(document, indent=2) + "\n")
