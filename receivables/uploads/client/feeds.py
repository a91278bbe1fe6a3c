"""A file's rows, read and packed to be sent, and what their sender is to know of how they were read."""

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import IO

from receivables.formats.numbers import number_as_read
from receivables.uploads.client.cutting import Lines
from receivables.uploads.client.terminal import Counting
from receivables.uploads.files.file_types import FileType, TableFile
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.survey import Survey, day_as_read, survey
from receivables.uploads.files.tables import LONGEST_QUOTE, POSITIONAL_NAME, Reading, Table
from receivables.uploads.messages import UNREADABLE, RenderedMessage
from receivables.uploads.reading.refusals import shown

COMPRESSION_LEVEL = 3  # takes less than half the time of level 6, and leaves a tenth more bytes
SHOWN = 5  # names, or lines, of one kind


@dataclass(frozen=True)
class Packed:
    """Lines of JSON, gzipped, in `size` bytes from `start` on; `counting` says where rows are in the file, and `first`
    is the index that the first of these has there.
    """

    file: IO[bytes]
    size: int
    row_count: int
    counting: Counting
    start: int = 0
    first: int = 0

    @property
    def rows(self) -> str:
        """Return which rows of the file they are, for people."""
        return f"rows {self.first + 1:,} to {self.first + self.row_count:,}"


@dataclass(frozen=True)
class Feed:
    """What a file holds, and how it is read. `remarks` are what its sender is to know before it is sent."""

    resource: str
    file_type: FileType
    reading: Reading
    remarks: tuple[str, ...] = ()

    def detected(self, file: IO[bytes]) -> "Feed":
        """Return the feed with the encoding and the format that the whole file proves. Raises FileRefused where it
        proves none.
        """
        if not isinstance(self.file_type, TableFile):
            return self
        if "encoding" not in self.file_type.options or self.reading.encoding:
            return self._surveyed(file, self.file_type)
        found = self.file_type.detect(file)
        decoded = replace(self, reading=replace(self.reading, encoding=found.encoding))
        if found.samples:
            remark = f"The file is not UTF-8, and is read as {found.encoding}: {_listed(found.samples)}. "
            decoded = replace(decoded, remarks=(f"{remark}If that looks wrong, name its encoding: --encoding NAME.",))
        return decoded._surveyed(file, self.file_type)

    def packed(self, file: IO[bytes], body: IO[bytes], part_rows: int | None = None) -> list[Packed]:
        """Write the rows of `file` to `body`, compressed: as one part, or as parts of at most so many rows. The same
        rows give the same bytes. Raises FileRefused.
        """
        reading = replace(self.reading, is_cut=part_rows is not None)
        lines = Lines(self.file_type.numbered_lines(file, self.resource, reading), part_rows)
        cuts = [(0, 0)]  # bytes of the body, and rows
        while len(cuts) == 1 or not lines.are_over:
            with gzip.GzipFile(fileobj=body, mode="wb", compresslevel=COMPRESSION_LEVEL, mtime=0) as packed:
                for line in lines.of_part():
                    packed.write(line)
            cuts.append((body.tell(), lines.read_count))
        counting = Counting(self.file_type.row_word, lines.positions.jumps)
        return [
            Packed(body, end - start, read - first, counting, start, first)
            for (start, first), (end, read) in pairwise(cuts)
        ]

    def _surveyed(self, file: IO[bytes], file_type: TableFile) -> "Feed":
        file.seek(0)
        with file_type.open_table(file, self.reading) as table:
            names = [name for name in self.reading.columns if table.is_even or not POSITIONAL_NAME.fullmatch(name)]
            # A misspelt name would leave its column as it is, without a word.
            if missing := next((name for name in names if name not in table.header), ""):
                quoted = ", ".join(_quoted(table.header))
                message = f"--map names the column {missing}, which is not in {table.where} of the file: {quoted}."
                raise FileRefused(RenderedMessage(UNREADABLE, message))
            found = survey(table, self.resource, self.reading)
        file.seek(0)
        remarks = (*self.remarks, *_of_table(table), *_of_formats(found))
        return replace(self, reading=found.settled(self.reading), remarks=remarks)


def _quoted(names: list[str]) -> Iterator[str]:
    """Yield so many names as a line has room for."""
    characters = 0
    for name in names:
        characters += len(name)
        if characters > 2 * LONGEST_QUOTE:
            yield "..."
            return
        yield name


def _of_table(table: Table) -> Iterator[str]:
    """Yield what is not read of a table, and what is read although nobody sees it. Its rows must have been read."""
    noticed = table.noticed
    if above := noticed.lines_above:
        yield f"The header is {table.where}. Not read above it: {_listed(above)}."
    if noticed.unread_sheets:
        read = f" Read: {_listed(noticed.sheets)}." if noticed.sheets else ""
        yield f"Sheets that are not read: {_listed(noticed.unread_sheets)}.{read} Name another with --sheet."
    elif len(noticed.sheets) > 1:
        yield f"Sheets that are read as one table: {_listed(noticed.sheets)}."
    if noticed.hidden_rows:
        one = noticed.hidden_rows == 1
        yield f"{noticed.hidden_rows:,} hidden row{' is' if one else 's are'} read, too."


def _of_formats(found: Survey) -> Iterator[str]:
    """Yield how numbers and days were read, each with some of the file's own."""
    for what, verdict, read in (("Numbers", found.numbers, number_as_read), ("Dates", found.dates, day_as_read)):
        samples = [
            f"{shown(value.text)} in {found.unit} {value.line} is {as_read}"
            for value in verdict.samples
            if verdict.format and (as_read := read(value.text, verdict.format))
        ]
        if verdict.format:
            yield f"{what} are read as {verdict.format}{': ' if samples else ''}{', '.join(samples)}."


def _listed(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    return ", ".join(map(shown, texts[:SHOWN])) + more
