"""The heading of a table: which line it is, and a name for each of its columns that tells it from the others.

Nothing is guessed: a column without a name is called after its position, and where a field of the contract is named
twice, each of the columns gets a name that is no field, so that the file's sender has to say which one it is.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import chain, count
from statistics import median

from openpyxl.utils import get_column_letter

from receivables.reports.statement_files import COLUMNS as COLUMNS_OF_STATEMENT
from receivables.uploads.rows.serializers import SERIALIZERS

REMARK = "#"
ROW, ERRORS, TEXT, ABSENT_FIELDS = (f"{REMARK}{name}" for name in ("row", "errors", "text", "leftOut"))
REMARKS = (ROW, ERRORS, TEXT, ABSENT_FIELDS)  # columns of the file of rejected rows, with remarks on each row
CONTRACT = frozenset(str(name) for serializer in SERIALIZERS.values() for name in serializer().fields)
_POSITIONAL_NAME = re.compile(r"column [A-Z]{1,3}", re.ASCII)
HEAD_ROWS = 20  # of which one is the heading


@dataclass(frozen=True)
class Heading:
    """The names of all columns, no two alike. `nameless` are those that the file gives no name: they are called after
    their position, and count only where they have values. `repeated` has the columns that the file calls alike, by the
    field of the contract that it is.
    """

    names: list[str]
    nameless: frozenset[str] = frozenset()
    repeated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_of_statement(self) -> bool:
        return set(COLUMNS_OF_STATEMENT) <= set(self.names)


def heading_of(cells: Sequence[str]) -> Heading:
    """Return the heading that a row of cells is."""
    written = [cell.strip() for cell in cells]
    counts = Counter(filter(None, written))
    used = set(written)
    names: list[str] = []
    seen: Counter[str] = Counter()
    for at, name in enumerate(written):
        seen[name] += 1
        if not name:
            names.append(positional_name(at, used))
        elif counts[name] > 1 and (seen[name] > 1 or name in CONTRACT):
            names.append(_unused((f"{name} ({number})" for number in count(seen[name])), used))
        else:
            names.append(name)
        used.add(names[-1])
    nameless = frozenset(name for name, was in zip(names, written, strict=True) if not was)
    repeated = {
        field: tuple(name for name, was in zip(names, written, strict=True) if was == field)
        for field in CONTRACT & counts.keys()
        if counts[field] > 1
    }
    return Heading(names, nameless, repeated)


def positional_name(at: int, used: Set[str]) -> str:
    """Return the name of a column that has none, by its position from 0."""
    name = f"column {get_column_letter(at + 1)}"
    return _unused(chain([name], (f"{name} ({number})" for number in count(2))), used)


def is_positional_name(name: str) -> bool:
    """Whether a column without a name may be called so."""
    return _POSITIONAL_NAME.fullmatch(name) is not None


def _unused(names: Iterable[str], used: Set[str]) -> str:
    return next(name for name in names if name not in used)


def known_names(cells: Iterable[str], known: Set[str]) -> int:
    """Return how many columns a row of cells would name that are known."""
    return len({cell.strip() for cell in cells} & known)


def is_heading(cells: Sequence[str], known: Set[str], *, is_first: bool) -> bool:
    """Whether a row surely is the heading. Below the first a single name that is known may be a text by chance."""
    return known_names(cells, known) >= (1 if is_first else 2)


def likely_heading(rows: Sequence[Sequence[str]]) -> int:
    """Return which row is the heading where none has names that are known: the first that is no title, for those fill
    a cell or two of a table.
    """
    filled = [sum(map(bool, map(str.strip, cells))) for cells in rows]
    usual = median(filled)
    return next((at for at, cells in enumerate(filled) if cells >= min(2, usual) and 2 * cells > usual), 0)


def heading_among(rows: Sequence[Sequence[str]], known: Set[str]) -> int:
    """Return which of the first rows is the heading."""
    sure = (at for at, cells in enumerate(rows) if is_heading(cells, known, is_first=not at))
    return next(sure, None) or (0 if rows and is_heading(rows[0], known, is_first=True) else likely_heading(rows))
