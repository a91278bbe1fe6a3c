"""A body's bytes as they come: decompressed, counted, bounded, digested."""

import codecs
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from hashlib import sha256
from typing import IO, Any

from django.conf import settings
from django.http import UnreadablePostError

from receivables.uploads.messages import GroupedNumber, RenderedMessage
from receivables.uploads.reading import messages

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
OTHER_ENCODINGS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# What each begins with (RFC 1952, RFC 8878). Of other compressions no HTTP client makes a body by a mere option.
COMPRESSED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
ARCHIVE = b"PK\x03\x04"  # of a ZIP archive, which a workbook of Excel is, too


def chunks_of(file: IO[bytes]) -> Iterator[bytes]:
    """Return the chunks of a file, from its beginning."""
    file.seek(0)
    return iter(partial(file.read, CHUNK), b"")


class BodyRefused(Exception):
    """The body cannot be read as rows. `status` is the HTTP status of the answer; `index` counts rows from 0."""

    def __init__(self, status: int, rendered: RenderedMessage, index: int | None = None, field: str | None = None):
        super().__init__(rendered.message)
        self.status, self.rendered, self.index, self.field = status, rendered, index, field


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


def without_signature(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Pass chunks on without the byte order mark that some writers put before UTF-8."""
    arriving = iter(chunks)
    start = next(arriving, b"")
    while len(start) < 4 and (more := next(arriving, b"")):
        start += more
    if coding := next((coding for signature, coding in COMPRESSED.items() if start.startswith(signature)), None):
        is_declared = getattr(chunks, "coding", "identity") != "identity"
        rendered = messages.COMPRESSED_TWICE.rendered() if is_declared else messages.COMPRESSED.rendered(coding=coding)
        raise BodyRefused(400, rendered)
    if start.startswith(ARCHIVE):
        raise BodyRefused(400, messages.ARCHIVE.rendered())
    if start.startswith(OTHER_ENCODINGS) or b"\0" in start[:4]:
        raise BodyRefused(400, messages.WIDE_ENCODING.rendered())
    yield start.removeprefix(codecs.BOM_UTF8)
    yield from arriving


def _refuse_above_limit(size: int) -> None:
    if size > settings.UPLOAD_MAX_BYTES:
        raise BodyRefused(413, messages.BODY_TOO_LARGE.rendered(most=GroupedNumber(settings.UPLOAD_MAX_BYTES)))


def _broken_off(error: UnreadablePostError) -> BodyRefused:
    """Return why a body could not be read to its end. Django has the error of the server as the cause of its own."""
    if not isinstance(error.__cause__, TimeoutError):
        return BodyRefused(400, messages.CONNECTION_LOST.rendered())
    pace = {"rate": GroupedNumber(settings.BODY_MIN_BYTES_PER_SECOND), "pause": f"{settings.BODY_PAUSE_SECONDS:g}"}
    return BodyRefused(408, messages.TOO_SLOW.rendered(**pace, grace=f"{settings.BODY_GRACE_SECONDS:g}"))
