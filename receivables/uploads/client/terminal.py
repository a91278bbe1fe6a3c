"""What a sender's terminal shows: the bytes that leave, and the receipt as tables."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table
from rich.text import Text

from receivables.uploads.client import full_loads
from receivables.uploads.files.positions import Jumps, position_at
from receivables.uploads.resources import COUNTS

WIDTH_WITHOUT_TERMINAL = 120
SHOWN_ERRORS = 20
TOTALS = {
    "company": "companyCode",
    "currency": "currency",
    "rows": "rows",
    "invoice amount": "invoiceAmount",
    "open before": "openBefore",
    "open after": "openAfter",
}
OF_TOTALS = {"rows", "invoice amount", "open before", "open after"}
NUMBERS = {*(count.name for count in COUNTS), "row", "line", "items", "open amount", *OF_TOTALS}
_ROW = re.compile(r"\Arow \d+: ")
_ROW_OF_ARRAY = re.compile(r"\brow \d+ \(index (\d+)\)")
_FIRST_ROW = re.compile(r" First in row (\d+)\.$")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # a row's text must not steer the terminal


class Counting(NamedTuple):
    """How the rows of a file are counted: by lines, or by the rows of a sheet or of an array."""

    word: str = "row"
    jumps: Jumps | None = None

    def of(self, index: int) -> str:
        """Return the line of a row that the server counts from 0; where it is not known, its number among the rows."""
        position = position_at(self.jumps, index)
        return f"row {index + 1:,}" if position is None else f"{position:,}"

    def named(self, index: int) -> str:
        position = position_at(self.jumps, index)
        return f"row {index + 1}" if position is None else f"{self.word} {position}"

    def rendered(self, message: str) -> str:
        """Return a message of the server's, with the rows that it names as people find them in the file."""
        counted = _ROW_OF_ARRAY.sub(lambda row: self.named(int(row[1])), message)
        return _FIRST_ROW.sub(lambda row: f" First in {self.named(int(row[1]) - 1)}.", counted)


def shifted(message: str, first: int) -> str:
    """Return a message about a part with the rows of the file, in which the first of the part has the index `first`."""

    def of_array(row: re.Match[str]) -> str:
        return f"row {int(row[1]) + first + 1} (index {int(row[1]) + first})"

    counted = _ROW_OF_ARRAY.sub(of_array, message)
    return _FIRST_ROW.sub(lambda row: f" First in row {int(row[1]) + first}.", counted)


ROWS = Counting()


class SendingBar(Progress):
    """Bytes sent, on stderr where that is a terminal; elsewhere it gets the reasons for waiting alone."""

    def __init__(self, size: int):
        console = _console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        super().__init__(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._size = size
        self._sending = self.add_task("", total=size)

    def sent(self, size: int) -> None:
        """Show that so many bytes of the body have left; fewer than before when it is sent again."""
        description = "Sending" if size < self._size else "Waiting for the receipt"
        self.update(self._sending, completed=size, description=description)

    def remark(self, text: str) -> None:
        self.console.print(without_controls(text), soft_wrap=True)

    def waits(self, reason: str, seconds: float) -> None:
        """Say that the request failed and is sent again after so many seconds."""
        self.console.print(f"{reason}. Trying again in {seconds:.0f} s.", soft_wrap=True)


def receipt_text(document: dict[str, Any], address: str, counting: Counting = ROWS) -> str:
    """Return a receipt, or a problem document's errors, as tables; `address` is the upload's."""
    console = _console()
    if not console.is_terminal:
        console.width = WIDTH_WITHOUT_TERMINAL
    with console.capture() as drawn:
        for part in _parts(document, address, counting):
            console.print(part)
            console.print()
    return drawn.get()


def _console(**options: Any) -> Console:
    return Console(markup=False, emoji=False, highlight=False, **options)


def _parts(document: dict[str, Any], address: str, counting: Counting) -> Iterator[RenderableType]:
    if "outcome" in document:
        tried = " (dry run: nothing was stored)" if document["dryRun"] else ""
        yield Text(f"{document['resource']}: {document['outcome']}{tried}\n{address}", overflow="fold")
        yield _table("Rows", {count.name: count.name for count in COUNTS}, [document])
    if document.get("snapshot"):
        yield from _of_full_load(document, address, counting)
    if document.get("totals"):
        yield _table("Totals", TOTALS, document["totals"])
    if document.get("warnings"):
        warnings = [warning | {"message": counting.rendered(warning["message"])} for warning in document["warnings"]]
        yield _table("Warnings", {"field": "field", "rows": "rows", "message": "message"}, warnings)
    if not document.get("countsComplete", True):
        yield f"Too many rows are bad: reading stopped behind {document['received']:,} rows, and counts are of those."
    if document.get("errors"):
        rows = [_with_position(error, counting) for error in document["errors"][:SHOWN_ERRORS]]
        yield _table("Errors", {counting.word: "position", "field": "field", "message": "message"}, rows)
    yield from _omissions(document, address)


def _of_full_load(document: dict[str, Any], address: str, counting: Counting) -> Iterator[RenderableType]:
    if full_loads.became_something(document):
        lines = [full_loads.heading(document), *full_loads.remarks(document)]
        yield Text("\n".join(map(without_controls, lines)), overflow="fold")
    if missing := document["snapshot"].get("missing"):
        yield _table("Missing", full_loads.LACKED, missing)
    if pairs := full_loads.near_pairs(document, address, counting.named):
        yield _table("Under another spelling", full_loads.PAIRS, pairs)


def _with_position(error: dict[str, Any], counting: Counting) -> dict[str, Any]:
    if "index" not in error:
        return error
    message = counting.rendered(_ROW.sub("", error["message"]))
    return error | {"position": counting.of(error["index"]), "message": message}


def _omissions(document: dict[str, Any], address: str) -> Iterator[RenderableType]:
    errors = document.get("errorsOmitted", 0) + max(0, len(document.get("errors", [])) - SHOWN_ERRORS)
    if errors:
        yield Text(f"{errors:,} errors more: {address}/errors", overflow="fold")
    if document.get("warningsOmitted"):
        yield f"{document['warningsOmitted']:,} kinds of warnings more, which were not kept."
    if document.get("rejectedOmitted"):
        over = document.get("rejectedOverBudget", 0)
        why = f" ({over:,} because the account keeps no more of them on this day)" if over else ""
        yield f"{document['rejectedOmitted']:,} bad rows more, which were not kept{why}."
    if document.get("sameBodyAs"):
        yield f"Rows of the very same body were taken before: {document['sameBodyAs']}"


def _table(title: str, columns: dict[str, str], rows: list[dict[str, Any]]) -> Table:
    """Return a table whose columns, by heading, show a member of each row."""
    table = Table(
        title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, show_edge=False, pad_edge=False
    )
    for heading in columns:
        is_number = heading in NUMBERS
        table.add_column(heading, justify="right" if is_number else "left", no_wrap=is_number, overflow="fold")
    for row in rows:
        values = (row.get(member, "") for member in columns.values())
        table.add_row(*(f"{value:,}" if isinstance(value, int) else without_controls(str(value)) for value in values))
    return table


def without_controls(text: str) -> str:
    """Return a text that does not steer the terminal."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)
