"""A file's rows, read and packed to be sent, and how people count them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO

from receivables.uploads.client.packing import Packed, pack
from receivables.uploads.client.remarks import of_encoding, of_formats, of_table
from receivables.uploads.client.terminal import Counting
from receivables.uploads.files.detected import encoding_of_file
from receivables.uploads.files.headings import is_positional_name
from receivables.uploads.files.readers import (
    FeedFormat,
    FileRefused,
    numbered_lines_of_file,
    settled_reading,
    table_of_file,
)
from receivables.uploads.files.survey import survey
from receivables.uploads.files.tables import LONGEST_QUOTE, Reading, Table
from receivables.uploads.messages import UNREADABLE, RenderedMessage

WORDS = {FeedFormat.CSV: "line", FeedFormat.NDJSON: "line"}


@dataclass(frozen=True)
class Feed:
    """What a file holds, and how it is read. `remarks` are what its sender is to know before it is sent."""

    resource: str
    feed_format: FeedFormat
    reading: Reading
    remarks: tuple[str, ...] = ()

    def detected(self, file: IO[bytes]) -> "Feed":
        """Return the feed with what a look at the whole file settles. Raises FileRefused where that is not certain."""
        if not self.feed_format.is_table:
            return self
        decoded = self if self.reading.encoding or self.feed_format != FeedFormat.CSV else self._decoded(file)
        return decoded._settled(file)

    def packed(self, file: IO[bytes], body: IO[bytes]) -> Packed:
        """Write the rows of `file` to `body`. Raises FileRefused."""
        return pack(numbered_lines_of_file(file, self.feed_format, self.resource, self.reading), body)

    def counting(self, packed: Packed) -> Counting:
        return Counting(WORDS.get(self.feed_format, "row"), packed.jumps)

    def _decoded(self, file: IO[bytes]) -> "Feed":
        found = encoding_of_file(file, self.feed_format)
        return replace(self, reading=replace(self.reading, encoding=found.name), remarks=tuple(of_encoding(found)))

    def _settled(self, file: IO[bytes]) -> "Feed":
        file.seek(0)
        with table_of_file(file, self.feed_format, self.reading) as table:
            self._refuse_columns_that_are_not_there(table)
            found = survey(table, self.resource, self.reading)
        file.seek(0)
        remarks = (*self.remarks, *of_table(table), *of_formats(found))
        return replace(self, reading=settled_reading(found, self.reading), remarks=remarks)

    def _refuse_columns_that_are_not_there(self, table: Table) -> None:
        """A misspelt name would leave its column as it is, without a word."""
        names = [name for name in self.reading.columns if table.is_even or not is_positional_name(name)]
        missing = next((name for name in names if name not in table.header), None)
        if missing is not None:
            quoted = ", ".join(_quoted(table.header))
            message = f"--map names the column {missing}, which is not in {table.where} of the file: {quoted}."
            raise FileRefused(RenderedMessage(UNREADABLE, message))


def _quoted(names: list[str]) -> Iterator[str]:
    """Yield so many names as a line has room for."""
    characters = 0
    for name in names:
        characters += len(name)
        if characters > 2 * LONGEST_QUOTE:
            yield "..."
            return
        yield name
