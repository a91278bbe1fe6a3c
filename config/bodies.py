"""Request bodies made whole before Django reads them.

Under WSGI a chunked body looks empty to Django, a body cut short looks complete, and an answer given
before the body is read is lost on the way to the sender. A row must not be lost to any of these.
"""

import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any
from urllib.parse import quote

from gunicorn.http.errors import ParseException

from config.addresses import ADMIN
from config.caching import NOT_STORED, REFUSAL_HEADERS
from config.problem_documents import CONTENT_TYPE, encoded_problem

CHUNK = 256 * 1024
SPOOL_IN_MEMORY = 4 * 1024 * 1024
DRAIN_AT_LEAST = 64 * 1024 * 1024
STALLED_AFTER_SECONDS = 60  # no byte for so long: the thread is worth more than the wait


class BodyCutShort(OSError):
    """Fewer bytes came than were declared; Django turns it into UnreadablePostError."""


class WholeBody:
    """`wsgi.input` with a declared length: reading less than was declared is an error, not the end."""

    def __init__(self, stream: IO[bytes], length: int):
        self.stream = stream
        self.missing = length

    def read(self, size: int = -1) -> bytes:
        return self._counted(self.stream.read(self._bounded(size)), size)

    def readline(self, size: int = -1) -> bytes:
        return self._counted(self.stream.readline(self._bounded(size)), size)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def _bounded(self, size: int) -> int:
        return self.missing if size is None or size < 0 else min(size, self.missing)

    def _counted(self, data: bytes, size: int) -> bytes:
        if not data and self.missing and size != 0:
            raise BodyCutShort(f"the body ended {self.missing} bytes before its declared length")
        self.missing -= len(data)
        return data


class WholeBodies:
    """WSGI middleware: bounds, counts and finishes every request body.

    413 for a declared length over `max_bytes`, before a byte is read, or for a chunked body once it
    passes it; 411 where a chunked body meets a server that cannot tell its end.
    """

    def __init__(self, application: Any, max_bytes: int):
        self.application = application
        self.max_bytes = max_bytes

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if "gunicorn.socket" in environ:
            environ["gunicorn.socket"].settimeout(STALLED_AFTER_SECONDS)
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            return self._chunked(environ, start_response)
        declared = environ.get("CONTENT_LENGTH") or "0"
        if not (declared.isascii() and declared.isdigit()):
            return _refuse(start_response, "400 Bad Request", "The Content-Length is no number.")
        length = int(declared)
        if not length:
            return self.application(environ, start_response)
        stream = environ["wsgi.input"]
        environ["wsgi.input"] = WholeBody(stream, length)
        if length > self.max_bytes:
            return self._draining(self._too_large(environ, start_response), stream)
        return self._draining(self.application(environ, start_response), stream)

    def _chunked(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        stream = environ["wsgi.input"]
        if not environ.get("wsgi.input_terminated"):
            return _refuse(start_response, "411 Length Required", "Send the body with a Content-Length.")
        with tempfile.SpooledTemporaryFile(SPOOL_IN_MEMORY) as spool:
            try:
                for data in _chunks(stream):
                    spool.write(data)
                    if spool.tell() > self.max_bytes:
                        return self._draining(self._too_large(environ, start_response), stream)
            except BodyCutShort:
                return _refuse(start_response, "400 Bad Request", "The body broke off. Send it again.")
            except OSError:  # the spool's disk is full
                return _refuse(start_response, "503 Service Unavailable", "No room for the body. Send it again later.")
            environ["CONTENT_LENGTH"] = str(spool.tell())
            del environ["HTTP_TRANSFER_ENCODING"]
            spool.seek(0)
            environ["wsgi.input"] = spool
            return list(_closing(self.application(environ, start_response)))

    def _draining(self, answer: Iterable[bytes], stream: IO[bytes]) -> Iterator[bytes]:
        """Pass the answer on, then read what the view left of the body: closing the connection before would destroy
        the answer on its way. A sender may go on for as much as an upload may have.
        """
        try:
            yield from _closing(answer)
        finally:
            left = max(self.max_bytes, DRAIN_AT_LEAST)
            while left > 0 and (data := stream.read(min(CHUNK, left))):
                left -= len(data)

    def _too_large(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(ADMIN):  # a form: its page tells people so
            address = quote(environ.get("SCRIPT_NAME", "") + path, encoding="latin-1") + "?too_large=1"
            headers = {"Location": address, "Content-Length": "0", "Cache-Control": NOT_STORED}
            start_response("303 See Other", list(headers.items()))
            return []
        detail = (
            f"The body is larger than the {self.max_bytes:,} bytes this service takes in one upload. "
            "Nothing was stored: split the array and send the parts."
        )
        return _refuse(start_response, "413 Content Too Large", detail)


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    try:
        while data := stream.read(CHUNK):
            yield data
    except (OSError, ParseException) as error:  # what gunicorn makes of chunks that break off
        raise BodyCutShort("the body ended before its last chunk") from error


def _refuse(start_response: Any, status: str, detail: str) -> list[bytes]:
    body = encoded_problem(int(status[:3]), detail)
    headers = {"Content-Type": CONTENT_TYPE, "Content-Length": str(len(body)), **REFUSAL_HEADERS}
    start_response(status, list(headers.items()))
    return [body]


def _closing(response: Iterable[bytes]) -> Iterator[bytes]:
    try:
        yield from response
    finally:
        if hasattr(response, "close"):
            response.close()
