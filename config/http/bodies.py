"""Request bodies made whole before Django reads them.

Under WSGI a chunked body looks empty to Django, a body cut short looks complete, and an answer given
before the body is read is lost on the way to the sender. A row must not be lost to any of these.

Nothing of a body is read here but what a view asks for, so that address, method and key are looked at first.
"""

from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import Any
from urllib.parse import quote
from wsgiref.types import WSGIApplication

from django.conf import settings
from gunicorn.http.errors import ParseException

from config.http.addresses import ADMIN
from config.http.answers import CONTENT_TYPE, NOT_STORED, REFUSAL_HEADERS, encoded_problem
from config.http.senders import DRAINED_AT_ONCE, Sender, SenderTooSlow

CHUNK = 256 * 1024
TOO_LARGE = "config.body_too_large"  # in the environment of a request whose body is


class BodyCutShort(OSError):
    """Fewer bytes came than were declared, or no last chunk; Django turns it into UnreadablePostError."""


class WholeBody:
    """`wsgi.input`: its end before the declared length, or before the last chunk, is an error and not the end.

    Of chunks, whose length nobody knows, `missing` is the most that is read.
    """

    def __init__(self, stream: Any, missing: int, *, is_chunked: bool):
        self.stream, self.missing, self.is_chunked = stream, missing, is_chunked
        self.sender: Sender | None = getattr(stream, "sender", None)  # None with another server than gunicorn
        self.has_broken_off = self.is_too_slow = False

    def read(self, size: int) -> bytes:
        return self._counted(self.stream.read, size)

    def readline(self, size: int) -> bytes:
        return self._counted(self.stream.readline, size)

    def _counted(self, read: Callable[[int], bytes], size: int) -> bytes:
        if not (wanted := min(size, self.missing)):
            return b""
        data = self._received(read, wanted)
        if data:
            self.missing -= len(data)
        elif self.is_chunked:
            self.missing = 0
        else:
            raise BodyCutShort(f"the body ended {self.missing} bytes before its declared length")
        return data

    def _received(self, read: Callable[[int], bytes], size: int) -> bytes:
        try:
            if self.sender:
                self.sender.send_continue()
            return read(size)
        except SenderTooSlow:
            self.has_broken_off = self.is_too_slow = True
            raise
        except (OSError, ParseException) as error:  # what gunicorn makes of chunks that break off, among others
            self.has_broken_off = True
            raise BodyCutShort("the body broke off") from error

    def is_left_unread(self) -> bool:
        """Whether the thread that answers leaves the rest of the body to the closing of the connection: it is much, or
        may not even come, as where the sender waits for 100 Continue.
        """
        if self.sender is None:
            return False
        may_not_come = self.has_broken_off or self.sender.waits_for_continue
        return may_not_come or self.is_chunked or self.missing > DRAINED_AT_ONCE

    def hang_up(self) -> None:
        if self.sender and self.missing:
            self.sender.hang_up()

    def drain(self) -> None:
        """Read what the view left while it comes, so that the next request may follow."""
        if self.sender:
            self.sender.expect_rest()
        try:
            while self.read(CHUNK):
                continue
        except OSError:
            self.hang_up()


class WholeBodies:
    """WSGI middleware: bounds, counts and finishes every request body.

    413 for a declared length over `max_bytes`, before a byte is read (RefuseLargeBodies answers, without the body); 411
    where a chunked body meets a server that cannot tell its end, or a form of the admin; 408 for one that a view read
    and that came too slowly. An answer of which its reader takes nothing for FILE_STALLED_SECONDS ends with its
    connection.
    """

    def __init__(self, application: WSGIApplication, max_bytes: int):
        self.application, self.max_bytes = application, max_bytes

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            return self._chunked(environ, start_response)
        declared = environ.get("CONTENT_LENGTH") or "0"
        if not (declared.isascii() and declared.isdigit()):
            return _refuse(start_response, "400 Bad Request", "The Content-Length is no number.")
        if not (length := int(declared)):
            return self._answered(environ, start_response)
        body = WholeBody(environ["wsgi.input"], length, is_chunked=False)
        if length > self.max_bytes:
            return _then_done(self._too_large(environ, start_response), body)
        return self._with_body(body, environ, start_response)

    def _chunked(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Django reads no body without a length, and no more than it: it is given the most that one may have, and
        finds the end before it. A form of the admin is counted by its length, which browsers always send.
        """
        is_form = environ.get("PATH_INFO", "").startswith(ADMIN)
        body = WholeBody(environ["wsgi.input"], self.max_bytes + 1, is_chunked=True)
        if is_form or not environ.get("wsgi.input_terminated"):
            answer = _refuse(start_response, "411 Length Required", "Send the body with a Content-Length.")
            return _then_done(answer, body)
        environ["CONTENT_LENGTH"] = str(self.max_bytes + 1)
        del environ["HTTP_TRANSFER_ENCODING"]
        return self._with_body(body, environ, start_response)

    def _with_body(self, body: WholeBody, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["wsgi.input"] = body
        begun: list[Any] = []
        answer = self._answered(environ, lambda *head: begun.append(head))
        if body.is_too_slow and not begun[-1][0].startswith("408"):  # of a form, whose view knows no reason
            _close(answer)
            detail = (
                f"The body came too slowly. Send it again, with {settings.BODY_MIN_BYTES_PER_SECOND:,} bytes a second "
                f"or more on average after the first {settings.BODY_GRACE_SECONDS:g} s and no pause of more than "
                f"{settings.BODY_PAUSE_SECONDS:g} s. Nothing was stored."
            )
            answer = _refuse(start_response, "408 Request Timeout", detail)
        else:
            start_response(*begun[-1])
        return _then_done(answer, body)

    def _answered(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answer = self.application(environ, start_response)
        if "gunicorn.socket" in environ:  # nothing more is read of it: this is for writing
            environ["gunicorn.socket"].settimeout(settings.FILE_STALLED_SECONDS)
        return answer

    def _too_large(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(ADMIN):  # a form: its page tells people so
            address = quote(environ.get("SCRIPT_NAME", "") + path, encoding="latin-1") + "?too_large=1"
            headers = {"Location": address, "Content-Length": "0", "Cache-Control": NOT_STORED}
            start_response("303 See Other", list(headers.items()))
            return []
        environ |= {TOO_LARGE: True, "wsgi.input": BytesIO(), "CONTENT_LENGTH": "0"}
        return self._answered(environ, start_response)  # by RefuseLargeBodies


def _refuse(start_response: Any, status: str, detail: str) -> list[bytes]:
    body = encoded_problem(int(status[:3]), detail)
    headers = {"Content-Type": CONTENT_TYPE, "Content-Length": str(len(body)), **REFUSAL_HEADERS}
    start_response(status, list(headers.items()))
    return [body]


def _then_done(answer: Iterable[bytes], body: WholeBody) -> Iterator[bytes]:
    """Pass the answer on, then be done with what is left of the body: closing the connection before it is read would
    destroy the answer on its way.
    """
    if is_left_unread := body.is_left_unread():
        body.hang_up()
    try:
        yield from answer
        yield b""  # the head of an answer without a body is sent now, too, and not when all is done
    finally:
        _close(answer)
        if not is_left_unread:
            body.drain()


def _close(answer: Any) -> None:
    if hasattr(answer, "close"):
        answer.close()
