"""Where the rows of a file stand in it: noted while it is read, stored in few numbers, looked up for people."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

MAX_JUMPS = 10_000

# Rows as lines of JSON, each with the line of the file that it begins in, of a sheet its row, where that is known.
NumberedLines = Iterator[tuple[int | None, bytes]]
Jumps = Sequence[Sequence[int | None]]  # pairs of a row's index and its line, from which on lines go with rows


class Positions:
    """Notes the line of each row in turn; `jumps` is what is stored of it, None of a file without lines."""

    def __init__(self) -> None:
        self._jumps: list[list[int | None]] = []
        self._index, self._offset = 0, 0

    @property
    def jumps(self) -> list[list[int | None]] | None:
        return self._jumps or None

    def note(self, line: int | None) -> None:
        if line is not None and line - self._index != self._offset and len(self._jumps) <= MAX_JUMPS:
            self._offset = line - self._index
            self._jumps.append([self._index, line if len(self._jumps) < MAX_JUMPS else None])
        self._index += 1


def position_at(jumps: Jumps | None, index: int) -> int | None:
    """Return the number of a row as people count it: its line in the file, else its number among the rows. None where
    lines jump too often to be known.
    """
    found = jumps or [[0, 1]]
    at = max(bisect_right(found, index, key=lambda jump: jump[0] or 0) - 1, 0)
    first, line = found[at]
    return None if line is None else line + index - (first or 0)
