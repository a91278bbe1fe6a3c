"""A file's rows, packed to be sent, and how people count them."""

from dataclasses import dataclass
from typing import IO

from receivables.uploads.feeds.drawing import Counting
from receivables.uploads.feeds.files import FeedFormat, numbered_lines_of_file
from receivables.uploads.feeds.packing import Packed, pack
from receivables.uploads.feeds.tables import Reading

WORDS = {FeedFormat.CSV: "line", FeedFormat.NDJSON: "line"}


@dataclass(frozen=True)
class Feed:
    """What a file holds, and how it is read."""

    resource: str
    feed_format: FeedFormat
    reading: Reading

    def packed(self, file: IO[bytes], body: IO[bytes]) -> Packed:
        """Write the rows of `file` to `body`. Raises FileRefused."""
        return pack(numbered_lines_of_file(file, self.feed_format, self.resource, self.reading), body)

    def counting(self, packed: Packed) -> Counting:
        return Counting(WORDS.get(self.feed_format, "row"), packed.jumps)
