"""Which requests are sent again, and when."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from receivables.uploads.client.failures import lasting_failure

BACKOFF_SECONDS = (1.0, 2.0, 4.0)  # before each further try, unless the server names a time
LONGEST_WAIT_SECONDS = 300.0
RETRIED = {408, 425, 502, 503, 504}
RETRIED_WITH_RETRY_AFTER = {409, 429}  # where Retry-After says that the same request will do


def seconds_to_wait(answered: httpx.Response | httpx.RequestError, backoff: float) -> float | None:
    """Return when the same request is to be sent again, None where that would change nothing or be too late."""
    if isinstance(answered, httpx.RequestError):
        return None if lasting_failure(answered, "") else backoff
    rendered = retry_after(answered)
    if answered.status_code not in (RETRIED if rendered is None else RETRIED | RETRIED_WITH_RETRY_AFTER):
        return None
    wait = backoff if rendered is None else rendered
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
