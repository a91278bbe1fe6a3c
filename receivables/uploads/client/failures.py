"""What to make of an answer that is no receipt, or of none: whose fault it is, its remedy, and when to try again."""

import re
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from receivables.uploads.client.exit_codes import ExitCode
from receivables.uploads.client.full_loads import is_withheld

OUTCOMES = {"accepted": ExitCode.ACCEPTED, "partial": ExitCode.PARTIAL}
# Codes of refusals that another request causes, which ends by itself.
PASSING = ("upload_waiting", "parts_waiting", "snapshot_open", "snapshot_ended")
BROKEN_ON_THE_WAY = ("body_cut_short", "body_too_slow", "damaged_coding")
SEND_AGAIN = "Send the file again: nothing is stored twice."
NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")
BACKOFF_SECONDS = (1.0, 2.0, 4.0)  # before each further try, unless the server names a time
LONGEST_WAIT_SECONDS = 300.0
RETRIED = {408, 425, 502, 503, 504}
RETRIED_WITH_RETRY_AFTER = {409, 429}  # which says that the same request will do
# What ends a connection on its way, TLS or not, and may not do so the next time.
_PASSING = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_LEADING_STATUS = re.compile(r"\d{3}\b")


class SendingFailed(Exception):
    """Nothing was sent, or no answer came; the message says which, and what to do."""

    def __init__(self, message: str, exit_code: ExitCode = ExitCode.FAILED):
        super().__init__(message)
        self.exit_code = exit_code


def lasting_failure(error: httpx.RequestError, address: str) -> SendingFailed | None:
    """Return the failure of what would go wrong with every try; None of a line that may hold the next time."""
    if isinstance(error, (httpx.UnsupportedProtocol, httpx.LocalProtocolError)):
        return SendingFailed(f"Nothing was sent to {address}: {error}.")
    if isinstance(error, httpx.ProxyError):
        return _of_proxy(error)
    tls: BaseException | None = error
    while tls is not None and not isinstance(tls, ssl.SSLError):
        tls = tls.__cause__ or tls.__context__
    if tls is None or isinstance(tls, _PASSING) or not isinstance(error, httpx.ConnectError):
        return None
    return SendingFailed(f"{address} was not trusted, and nothing was sent: {_of_tls(tls)}")


def seconds_to_wait(answered: httpx.Response | httpx.RequestError, backoff: float) -> float | None:
    """Return when the same request is to be sent again, None where that would change nothing or be too late."""
    if isinstance(answered, httpx.RequestError):
        return None if lasting_failure(answered, "") else backoff
    named = retry_after(answered)
    if answered.status_code not in (RETRIED if named is None else RETRIED | RETRIED_WITH_RETRY_AFTER):
        return None
    wait = backoff if named is None else named
    return wait if wait <= LONGEST_WAIT_SECONDS else None


def retry_after(answered: httpx.Response) -> float | None:
    """Return the seconds that its Retry-After names, be it so many or a date (RFC 9110, section 10.2.3)."""
    header = answered.headers.get("Retry-After", "")
    if header.isascii() and header.isdigit():
        return float(header)
    try:
        moment = parsedate_to_datetime(header).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def exit_code_of(response: httpx.Response, document: Mapping[str, Any]) -> ExitCode:
    """Return how the command ends for an answer; `document` is the receipt or the problem in it, if there is one."""
    outcome = document.get("outcome")
    if response.is_success and outcome in OUTCOMES:
        return ExitCode.WITHHELD if is_withheld(document) else OUTCOMES[outcome]
    # Less arrived than was sent, or something else; or it came while another had to end.
    is_passing = not {*BROKEN_ON_THE_WAY, *PASSING}.isdisjoint(codes_of(document))
    if is_passing or response.is_server_error or response.status_code in (408, 425, 429):
        return ExitCode.TRY_LATER
    if response.status_code == httpx.codes.CONFLICT and "Retry-After" in response.headers:
        return ExitCode.TRY_LATER
    return ExitCode.REFUSED if response.is_client_error else ExitCode.FAILED


def advice(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a refusal of a full load asks of the command, beside what the server says."""
    for code in sorted(codes_of(document) & _OF_FULL_LOADS.keys()):
        yield _OF_FULL_LOADS[code]


_OF_FULL_LOADS = {
    "upload_waiting": "Run the command again in a few minutes.",
    "parts_waiting": "Run the command again in a few minutes.",
    "snapshot_ended": "Run the command again: it begins a new one.",
    "snapshot_open": "It ends by itself, 6 hours after its last part; run the command again then.",
    "empty_snapshot": "With send_feed these are --allow-empty and --company-code.",
}


def codes_of(document: Mapping[str, Any]) -> set[str]:
    """Return the codes of what is wrong, by a receipt or a problem document."""
    return {document.get("code", ""), *(error.get("code", "") for error in document.get("errors") or ())}


def guess(response: httpx.Response, size: int) -> str:
    """Return what to make of an answer that does not explain itself: another server's, most likely a proxy's.

    `size` is that of the body, in bytes.
    """
    answered = f"The server answered {status_of(response)}"
    if response.has_redirect_location:
        return f"{answered}, to {response.headers['Location']}. Send to that address, if it is the right one."
    if advice := _OF_PROXIES.get(response.status_code):
        advice = advice.format(size=size, megabytes=-(-size // 1024**2))
        return f"A proxy in front of the service answered {status_of(response)}. {advice}"
    if "plain HTTP request was sent to HTTPS port" in response.text:
        return f"{answered}: the server speaks TLS. Write the address with https://."
    if response.is_server_error:
        return f"{answered}, without a receipt. {SEND_AGAIN}"
    return f"{answered}, and not as this service does. Is its address right?"


_OF_PROXIES = {
    401: "It wants a login of its own, before the key pair is looked at. Let it pass /jsonApi/ without one.",
    403: "It lets this machine or this request not pass. Ask who runs it to let /jsonApi/ through.",
    407: "It wants a login of its own. Name it in HTTPS_PROXY, as in http://user:password@proxy.example.com:3128.",
    413: (
        "The body of {size:,} bytes (compressed) is above its limit, not above the service's. "
        "Raise it there (nginx: client_max_body_size, to {megabytes} MB or more; 512m suits the service), "
        "or split the file."
    ),
    429: f"It takes no more requests for the moment. Wait, then: {SEND_AGAIN}",
    502: f"It cannot reach the service behind it, which may be starting or down. {SEND_AGAIN}",
    503: f"The service behind it is busy or down. {SEND_AGAIN}",
    504: (
        "It waited too long for the service behind it (nginx: proxy_read_timeout), which may still take the rows. "
        f"{SEND_AGAIN}"
    ),
}


def status_of(response: httpx.Response) -> str:
    return f"{response.status_code} {response.reason_phrase}".strip()


def _of_tls(error: ssl.SSLError) -> str:
    if not isinstance(error, ssl.SSLCertVerificationError):
        if error.reason in NO_TLS:
            return "it does not speak TLS there. Is it another port, or http://?"
        return f"TLS failed ({error.reason or error}). Does it want a newer TLS, or a certificate of the sender?"
    said = error.verify_message.rstrip(".")
    match error.verify_code:  # of X509_verify_cert_error_string
        case 10:
            return "its certificate has expired. Have it renewed (and look at this machine's clock)."
        case 9:
            return "its certificate is not valid yet. Look at this machine's clock."
        case 62 | 64:
            return f"its certificate is that of another host ({said}). Write the address with the host's own name."
        case 2 | 18 | 19 | 20 | 21:
            unknown = f"its certificate is signed by no authority that is known here ({said})"
            return f"{unknown}. If the authority is your own, name its certificate: --ca FILE."
    return f"its certificate is wrong ({said}). If its authority is your own, name the right one with --ca FILE."


def _of_proxy(error: httpx.ProxyError) -> SendingFailed | None:
    status = _LEADING_STATUS.match(str(error))
    if status and status[0].startswith("5"):
        return None
    advice = _OF_PROXIES[407] if status and status[0] == "407" else "Look at HTTPS_PROXY, HTTP_PROXY and NO_PROXY."
    return SendingFailed(f"The proxy on the way did not let the request through ({error}). {advice}")
