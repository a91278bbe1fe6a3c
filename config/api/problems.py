"""Every error as a problem document: DRF's exceptions, the database's, and what Django refuses by itself."""

import errno
import logging
import sys
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.encoding import force_str
from psycopg import Error, errors
from rest_framework import exceptions

from config.http import pages
from config.http.addresses import DOCUMENTS, linked
from config.http.answers import problem, problem_instead_of, request_id

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 30
# Of the temporary folder, where large files of forms wait; the database has an error of its own.
DISK_FULL_ERRNOS = (errno.ENOSPC, errno.EDQUOT)
# Of those that count as internal: the database takes no writes for now (its disk is full, or it is being replaced),
# or has ended a transaction for its length.
TRANSIENT_INTERNAL_ERRORS = (
    errors.ReadOnlySqlTransaction,
    errors.IdleInTransactionSessionTimeout,
    errors.TransactionTimeout,
)
DATABASE_BUSY = (
    "The database did not answer, or is busy with another upload of this account. Send the request again: "
    "nothing is stored twice."
)
DISK_FULL = (
    "The disk of the server is full. Nothing of this request was stored. "
    "Send it again once the operator of the service has made room."
)
# In what Citus says where a machine of the cluster does not answer to a commit, which is rolled back. Errors inside
# PostgreSQL that no repetition helps against have the same SQLSTATE.
MACHINE_LOST = "connection"
CONNECTION_EXCEPTIONS = "08"  # class of SQLSTATEs
INTERNAL_ERROR = "An error on our side; it has been logged. Nothing of this request was stored."


class Unavailable(exceptions.APIException):
    status_code = 503
    wait = RETRY_AFTER_SECONDS


class TooManyRequests(exceptions.APIException):
    """A key or an account has done or begun as much as it may. `ending` follows the message in `detail`, and `wait` are
    the seconds until the request may come again.
    """

    status_code = 429

    def __init__(self, *, code: str, message: str, wait: int, ending: str = " Nothing of it was read or stored."):
        super().__init__(message + ending)
        self.wait = wait
        self.problem_members = {"errors": [{"code": code, "message": message}]}


class Unprocessable(exceptions.APIException):
    """A parameter that can be read, and cannot be met: `field` names it, `message` says why and what to do."""

    status_code = 422

    def __init__(self, field: str, message: str, code: str = "invalid"):
        super().__init__(f"{field}: {message}")
        self.field, self.message = field, message
        self.problem_members = {"errors": [{"field": field, "code": code, "message": message}]}


def is_disk_full(exc: BaseException | None) -> bool:
    """Whether an error, or what it was raised for, is that of a full disk."""
    if isinstance(exc, OSError) and exc.errno in DISK_FULL_ERRNOS:
        return True
    return isinstance(exc, errors.DiskFull) or (exc is not None and is_disk_full(exc.__cause__))


def is_machine_lost(exc: BaseException | None) -> bool:
    """Whether the database answers, and says that the machine of its cluster where an account is does not."""
    cause = exc.__cause__ if exc else None
    if isinstance(cause, errors.InternalError_):
        return MACHINE_LOST in str(cause)
    return isinstance(cause, Error) and (cause.sqlstate or "").startswith(CONNECTION_EXCEPTIONS)


def is_database_unavailable(exc: BaseException | None) -> bool:
    """Whether an error says that the database, or a machine of it, does not answer or takes no writes: later the same
    may work.
    """
    is_known = isinstance(exc, (OperationalError, InterfaceError)) or is_machine_lost(exc)
    return is_known or (exc is not None and isinstance(exc.__cause__, TRANSIENT_INTERNAL_ERRORS))


def problem_response(exc: Exception, context: dict[str, Any]) -> HttpResponse:
    """Turn what a view raised into a problem document; the rest becomes a logged 500.

    An exception may carry `problem_members`, a dict that is added to the document.
    """
    from rest_framework.views import exception_handler, set_rollback  # they import what raises these problems

    if is_disk_full(exc):
        logger.error("no room: %s", exc)
        exc = Unavailable(DISK_FULL)
    elif is_database_unavailable(exc):
        logger.error("database unavailable: %s", exc)
        exc = Unavailable(DATABASE_BUSY)
    response = exception_handler(exc, context)
    if response is None:
        set_rollback()
        logger.exception("unforeseen error in %s", context["request"].path)
        return problem(500, INTERNAL_ERROR, requestId=request_id())
    return problem_instead_of(response, _detail(exc), **_members(exc))


def _detail(exc: Exception) -> str:
    if isinstance(exc, Http404):
        return "Nothing is stored under this address for your account."
    if isinstance(exc, exceptions.UnsupportedMediaType):
        return f"{exc.detail} Send the rows with Content-Type: application/json."
    if isinstance(exc, exceptions.ValidationError):
        return "The request has bad parameters; `errors` names each."
    return force_str(getattr(exc, "detail", exc))


def _members(exc: Exception) -> dict[str, Any]:
    if not isinstance(exc, exceptions.ValidationError):
        return getattr(exc, "problem_members", {})
    details: Any = exc.get_full_details()
    by_field = details if isinstance(details, dict) else {"": details}
    failures = [(field, failure) for field, failures in by_field.items() for failure in failures]
    return {"errors": [{"field": field, "code": each["code"], "message": each["message"]} for field, each in failures]}


def _page_or_problem(request: HttpRequest, status: int, detail: str, **members: Any) -> HttpResponse:
    """Answer a person with a page of the admin, and a program with a problem document."""
    if pages.is_admin_request(request):
        return pages.refused_by_status(request, status)
    return problem(status, detail, **members)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    detail = "The request is malformed or names a host that this service does not answer for."
    return _page_or_problem(request, 400, detail)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page_or_problem(request, 403, "This is not allowed.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if pages.is_admin_request(request):
        return pages.csrf_failure(request)
    return problem(403, "This address takes no such request.")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    documents = linked(settings.PUBLIC_URL.prefix + DOCUMENTS)
    return _page_or_problem(request, 404, f"No such address. The addresses of this service are listed at {documents}.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer where something failed that no view foresaw; Django calls this while it handles the exception."""
    error = sys.exception()
    if is_disk_full(error):
        response = _page_or_problem(request, 503, DISK_FULL)
    elif is_database_unavailable(error):
        if pages.is_admin_request(request):
            return unavailable_page(request)
        response = problem(503, DATABASE_BUSY)
    else:
        return _page_or_problem(request, 500, INTERNAL_ERROR, requestId=request_id())
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def unavailable_page(request: HttpRequest, accounts: Sequence[str] = ()) -> HttpResponse:
    """Return the page that is shown while the database does not answer, or the machines of these accounts do not."""
    response = pages.database_unavailable(request, accounts)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
