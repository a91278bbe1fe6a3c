"""From a request's body to batches of raw rows."""

from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import BaseParser

from config.api.negotiation import LINES, OTHER_LINES
from receivables.uploads.messages import GroupedNumber
from receivables.uploads.reading import messages
from receivables.uploads.reading.bodies import Body, BodyRefused
from receivables.uploads.reading.splitting import RawRow, rows_of_array, rows_of_lines


class IncomingRows:
    """The rows of a body, to be iterated once, in batches, while it is still being read.

    Iterating raises BodyRefused: 413 for too many bytes or rows, 415 for an unknown coding, 400 for everything else.
    """

    def __init__(self, body: Body, batches: Iterator[list[RawRow]], media_type: str):
        self.body = body
        self.media_type = media_type
        self.batches = batches
        self.read = 0

    def __iter__(self) -> Iterator[list[RawRow]]:
        for batch in self.batches:
            self.read += len(batch)
            if self.read > settings.UPLOAD_MAX_ROWS:
                raise BodyRefused(413, messages.TOO_MANY_ROWS.rendered(most=GroupedNumber(settings.UPLOAD_MAX_ROWS)))
            if batch:
                yield batch


class BulkJSONParser(BaseParser):
    """A JSON array of rows, or one row as an object, in UTF-8; numbers stay as written."""

    media_type = "application/json"
    split = staticmethod(rows_of_array)

    def parse(  # type: ignore[override]
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> IncomingRows:
        assert parser_context is not None
        return self.rows(stream, parser_context["request"].headers.get("Content-Encoding", ""))

    @classmethod
    def rows(cls, stream: IO[bytes], coding: str = "", *, is_own: bool = False) -> IncomingRows:
        """Return the rows of a stream; `is_own` says that the service itself compressed it."""
        body = Body(stream, coding, is_own=is_own)
        return IncomingRows(body, cls.split(body), cls.media_type)


class BulkLinesParser(BulkJSONParser):
    """Newline-delimited JSON: one row on each line."""

    media_type = LINES
    split = staticmethod(rows_of_lines)


LINES_PARSERS: list[type[BulkJSONParser]] = [
    BulkLinesParser,
    *(type("BulkLinesParser", (BulkLinesParser,), {"media_type": media_type}) for media_type in OTHER_LINES),
]
ALL_PARSERS: list[type[BulkJSONParser]] = [BulkJSONParser, *LINES_PARSERS]
PARSERS = {parser.media_type: parser for parser in ALL_PARSERS}
