"""A request's body as it comes: decompressed, counted, bounded, digested, and parsed into batches of raw rows."""

import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from hashlib import sha256
from typing import IO, Any

from django.conf import settings
from django.http import UnreadablePostError
from rest_framework.parsers import BaseParser

from config.api.negotiation import LINES, OTHER_LINES
from receivables.uploads.messages import GroupedNumber
from receivables.uploads.reading import messages
from receivables.uploads.reading.refusals import BodyRefused
from receivables.uploads.reading.splitting import RawRow, rows_of_array, rows_of_lines

if sys.version_info >= (3, 14):
    from compression.zstd import DecompressionParameter, ZstdDecompressor, ZstdError
else:
    from backports.zstd import DecompressionParameter, ZstdDecompressor, ZstdError

CHUNK = 1024 * 1024
COMPRESSED_CHUNK = 64 * 1024  # what follows a member or frame is copied for each of them, and they may be tiny
# Members of a body that may be tiny; others unfold to as much as a member costs to begin.
MAX_TINY_MEMBERS, MEMBER_BYTES = 10_000, 1024
# A body may unfold freely up to a size. No larger feed of rows unfolds to so many times what was sent.
FREELY_UNFOLDED, MAX_RATIO = 32 * 1024 * 1024, 200
ZSTD_WINDOW_LOG = 23  # 8 MB, as much as every decoder must support (RFC 8878, section 3.1.1.1.2)


def chunks_of(file: IO[bytes]) -> Iterator[bytes]:
    """Return the chunks of a file, from its beginning."""
    file.seek(0)
    return iter(partial(file.read, CHUNK), b"")


class _Gunzip:
    """zlib's decompressor with the interface of zstd's: what is left to decompress stays inside."""

    def __init__(self) -> None:
        self._zlib: Any = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)

    def __getattr__(self, name: str) -> Any:  # eof and unused_data
        return getattr(self._zlib, name)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return bytes(self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length))


DECOMPRESSORS: dict[str, Callable[[], Any]] = {
    "gzip": _Gunzip,
    "x-gzip": _Gunzip,
    "zstd": partial(ZstdDecompressor, options={DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG}),
}


class Body:
    """Chunks of a body without its Content-Encoding. `digest` is known once they are read.

    Iterating raises BodyRefused: 415 for a coding that is not known, 413 for more than the bytes allowed (decompressed,
    so that a small body cannot unfold without end) or for one that unfolds to too many times its size, 400 for one that
    is cut short or damaged. What the service compressed itself (`is_own`) may be of any ratio.
    """

    def __init__(self, stream: IO[bytes], coding: str = "identity", *, is_own: bool = False):
        self.stream = stream
        self.coding = coding.strip().lower() or "identity"
        self.is_own = is_own
        self.size = self.sent_size = 0  # without its coding, and with it
        self.member_count = 0
        self.is_whole = False  # whether it was read to its end
        self._sha256 = sha256()

    @property
    def digest(self) -> bytes:
        """SHA-256 of what was read so far."""
        return self._sha256.digest()

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._decoded():
            self.size += len(chunk)
            _refuse_above_limit(self.size)
            if self.size > max(FREELY_UNFOLDED, MAX_RATIO * self.sent_size) and not self.is_own:
                raise BodyRefused(413, messages.UNFOLDS_TOO_FAR.rendered(coding=self.coding, ratio=MAX_RATIO))
            self._sha256.update(chunk)
            yield chunk
        self.is_whole = True

    def _decoded(self) -> Iterator[bytes]:
        if self.coding == "identity":
            return self._sent(CHUNK)
        if self.coding not in DECOMPRESSORS:
            raise BodyRefused(415, messages.UNKNOWN_CODING.rendered(coding=self.coding))
        return self._decompressed(DECOMPRESSORS[self.coding])

    def _sent(self, size: int) -> Iterator[bytes]:
        try:
            while chunk := self.stream.read(size):
                self.sent_size += len(chunk)
                _refuse_above_limit(self.sent_size)  # of a coding, empty members have no size
                yield chunk
        except UnreadablePostError as error:
            raise _broken_off(error) from error

    def _decompressed(self, new: Callable[[], Any]) -> Iterator[bytes]:
        """Decompress in bounded steps; several members or frames in a row are one body."""
        decompressor = None
        try:
            for sent in self._sent(COMPRESSED_CHUNK):
                data = sent
                while data or (decompressor and not decompressor.eof):
                    if decompressor is None or decompressor.eof:
                        self._count_member()
                        decompressor = new()
                    chunk = decompressor.decompress(data, CHUNK)
                    data = decompressor.unused_data if decompressor.eof else b""
                    if chunk:
                        yield chunk
                    elif not data:
                        break
        except (zlib.error, ZstdError) as error:
            raise BodyRefused(400, messages.DAMAGED_CODING.rendered(coding=self.coding, reason=error)) from None
        if decompressor is not None and not decompressor.eof:
            raise BodyRefused(400, messages.CODING_CUT_SHORT.rendered(coding=self.coding))

    def _count_member(self) -> None:
        self.member_count += 1
        if self.member_count > MAX_TINY_MEMBERS + self.size // MEMBER_BYTES:
            raise BodyRefused(
                400, messages.TOO_MANY_MEMBERS.rendered(coding=self.coding, most=GroupedNumber(MAX_TINY_MEMBERS))
            )


def _refuse_above_limit(size: int) -> None:
    if size > settings.UPLOAD_MAX_BYTES:
        raise BodyRefused(413, messages.BODY_TOO_LARGE.rendered(most=GroupedNumber(settings.UPLOAD_MAX_BYTES)))


def _broken_off(error: UnreadablePostError) -> BodyRefused:
    """Return why a body could not be read to its end. Django has the error of the server as the cause of its own."""
    if not isinstance(error.__cause__, TimeoutError):
        return BodyRefused(400, messages.CONNECTION_LOST.rendered())
    pace = {"rate": GroupedNumber(settings.BODY_MIN_BYTES_PER_SECOND), "pause": f"{settings.BODY_PAUSE_SECONDS:g}"}
    return BodyRefused(408, messages.TOO_SLOW.rendered(**pace, grace=f"{settings.BODY_GRACE_SECONDS:g}"))


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
