"""What a reader does with a file that comes in pieces: it counts the rows."""

import zipfile
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO, Protocol

PIECE = 1 << 20


class Taken(Protocol):
    def take(self, chunk: bytes) -> None: ...

    def rows(self) -> int:
        """Return how many rows there are behind the header; called once, when all is taken."""


class Lines:
    """A row on each line, none of which holds another; counted as they come."""

    def __init__(self, headers: int = 0):
        self.count = -headers

    def take(self, chunk: bytes) -> None:
        self.count += chunk.count(b"\n")

    def rows(self) -> int:
        return self.count


class Workbook:
    """The rows of the first sheet of a workbook, which is kept until it is whole."""

    def __init__(self) -> None:
        self.file = TemporaryFile()  # noqa: SIM115  # closed with this object

    def take(self, chunk: bytes) -> None:
        self.file.write(chunk)

    def rows(self) -> int:
        with self.file, zipfile.ZipFile(self.file) as workbook, workbook.open("xl/worksheets/sheet1.xml") as sheet:
            return sum(piece.count(b"<row ") for piece in _whole_tags(sheet)) - 1


def _whole_tags(sheet: IO[bytes]) -> Iterator[bytes]:
    """Yield a sheet in pieces that cut none of its tags."""
    rest = b""
    while piece := sheet.read(PIECE):
        whole, tag, start = (rest + piece).rpartition(b"<")
        yield whole
        rest = tag + start
    yield rest
