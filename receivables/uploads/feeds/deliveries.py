"""A file's rows, packed to be sent, and how people count them."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from receivables.uploads.feeds.drawing import Counting
from receivables.uploads.feeds.files import FeedFormat, numbered_lines_of_file
from receivables.uploads.feeds.packing import Packed, pack
from receivables.uploads.feeds.tables import Reading
from receivables.uploads.splitting import BLANKS

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
WORDS = {FeedFormat.CSV: "line", FeedFormat.NDJSON: "line"}


@dataclass(frozen=True)
class Feed:
    """What a file holds, and how it is read."""

    resource: str
    feed_format: FeedFormat
    reading: Reading

    def packed(self, file: IO[bytes], body: IO[bytes]) -> Packed:
        """Write the rows of `file` to `body`. Raises FileRefused."""
        if self.feed_format == FeedFormat.NDJSON:
            return pack(self._lines_of_json(_NumberedLines(file)), body)
        return pack(numbered_lines_of_file(file, self.feed_format, self.resource, self.reading), body)

    def counting(self, packed: Packed) -> Counting:
        return Counting(WORDS.get(self.feed_format, "row"), packed.jumps)

    def _lines_of_json(self, file: "_NumberedLines") -> Iterator[tuple[int, bytes]]:
        for _, row in numbered_lines_of_file(file, self.feed_format, self.resource, self.reading):  # type: ignore[arg-type]
            yield file.numbers.popleft(), row


class _NumberedLines:
    """A file that notes the numbers of its lines that are not blank, in the order in which they are read."""

    def __init__(self, file: IO[bytes]):
        self.numbers: deque[int] = deque()
        self._file, self._line, self._rest = file, 1, b""

    def read(self, size: int) -> bytes:
        chunk = self._file.read(size)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if not chunk:
            lines, self._rest = [self._rest], b""
        for line in lines:
            if line.removeprefix(BYTE_ORDER_MARK).strip(BLANKS) if self._line == 1 else line.strip(BLANKS):
                self.numbers.append(self._line)
            self._line += 1
        return chunk
