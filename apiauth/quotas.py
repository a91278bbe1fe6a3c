"""What a key may send: its quotas, and what it may have under way at the same time.

Both are counted in PostgreSQL: the one thing that all processes of the service share. A slot is a lock of the
transaction in which the work is done, so that whatever ends the work frees it.

One statement counts a request and says whether it is within the quota. No library does as much on PostgreSQL:
`limits`, which most build on, does not store there; PyrateLimiter keeps a row for every request, locks its table for
each, and refuses whoever finds it locked; Django's cache in the database reads and writes in statements of their own,
between which DRF's throttles lose requests.

The statement runs in a transaction of its own, before the view: no lock is held while a body arrives. It touches one
row, so that no two can deadlock. It cannot be one with the look-up of the key, for a request with a wrong secret must
not use up the quota of the key it names. While a long upload runs, PostgreSQL clears away no younger version of a row:
50,000 requests of one key meanwhile make its next ones a millisecond slower.
"""

import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import Error, connection, transaction
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from apiauth.models import ApiKey, Policy, QuotaUse
from config.api.problems import TooManyRequests
from config.database.base import try_any_lock

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 60

# A bucket that leaks evenly (the generic cell rate algorithm): it admits a quota at once, then as much as ran out.
# A quota that was lowered counts at once, hence the least(). The clock is the database's; a request that waited for
# another's turn brings an older time, in which nothing ran out.
REMAINS = """greatest(0, least(stored.used, %(quota)s) - %(quota)s / %(window)s::float8
    * greatest(0, extract(epoch FROM excluded.counted_at - stored.counted_at)))"""
# Written thrice, for in a sub-select it would be planned a third longer.
COUNT = f"""
INSERT INTO apiauth_quotause AS stored (api_key_id, policy, used, counted_at, is_admitted)
VALUES (%(api_key)s, %(policy)s, 1, clock_timestamp(), true)
ON CONFLICT (api_key_id, policy) DO UPDATE SET
    used = {REMAINS} + ({REMAINS} + 1 <= %(quota)s)::int,
    is_admitted = {REMAINS} + 1 <= %(quota)s,
    counted_at = greatest(stored.counted_at, excluded.counted_at)
RETURNING used, is_admitted
"""  # noqa: S608 - of our own texts alone


@dataclass(frozen=True)
class QuotaState:
    """How much of a quota a key has used after a request."""

    policy: Policy
    quota: int
    used: float
    is_admitted: bool

    @property
    def available(self) -> int:
        return max(0, math.floor(self.quota - self.used))

    @property
    def wait(self) -> int:
        """Whole seconds until one more request is available, rounded up."""
        missing = self.available + 1 - (self.quota - self.used)
        return math.ceil(missing * WINDOW_SECONDS / self.quota)

    def headers(self) -> dict[str, str]:
        """Return the fields of draft-ietf-httpapi-ratelimit-headers-11: `t` is the time within which no more than `r`
        requests are admitted.
        """
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.quota};w={WINDOW_SECONDS}',
            "RateLimit": f'"{self.policy}";r={self.available};t={self.wait}',
        }


def quotas() -> list[dict[str, Any]]:
    """Return each policy that is not off, with its quota and its window in seconds."""
    return [
        {"policy": policy.value, "quota": quota, "windowSeconds": WINDOW_SECONDS}
        for policy in Policy
        if (quota := settings.RATE_LIMITS[policy])
    ]


def quota_states(api_key: ApiKey) -> list[QuotaState]:
    """Return how much a key has used of each quota that is not off; nothing is counted."""
    since = ExpressionWrapper(Now() - F("counted_at"), DurationField())
    uses = {use.policy: use for use in QuotaUse.objects.filter(api_key=api_key).annotate(since=since)}
    return [
        QuotaState(policy, quota, _left_of(uses.get(policy), quota), is_admitted=True)
        for policy in Policy
        if (quota := settings.RATE_LIMITS[policy])
    ]


def _left_of(use: Any, quota: int) -> float:
    """Return what is in use of what was counted, as REMAINS has it."""
    return max(0, min(use.used, quota) - quota / WINDOW_SECONDS * max(0, use.since.total_seconds())) if use else 0


def count(api_key: ApiKey, policy: Policy) -> QuotaState | None:
    """Count a request; return None where its policy is off, or where the database would not count.

    Then the request is let through: what it asks of the database itself tells how the database fares.
    """
    if not (quota := settings.RATE_LIMITS[policy]):
        return None
    parameters: dict[str, Any] = {"api_key": api_key.pk, "policy": policy, "quota": quota, "window": WINDOW_SECONDS}
    try:
        with connection.cursor() as cursor:
            cursor.execute(COUNT, parameters)
            used, is_admitted = cursor.fetchone()
    except Error as error:
        logger.error("a request was not counted: %s", error)  # noqa: TRY400 - the traceback would be that of this line
        return None
    return QuotaState(policy, quota, used, is_admitted)


class KeyThrottle(BaseThrottle):
    """Counts a request of a key by the view's `rate_policy`. Whoever comes without a key is not counted."""

    def allow_request(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiKey):
            return True
        state = count(request.auth, getattr(view, "rate_policy", Policy.READ))
        if state is None:
            return True
        view.headers |= state.headers()  # DRF writes them on whatever the view answers, errors too
        if not state.is_admitted:
            message = (
                f"This key has used up its quota of the policy {state.policy.value!r} (requests in {WINDOW_SECONDS} "
                f"seconds: {state.quota:,}). Send the request again in {state.wait} s, and then no faster than the "
                "RateLimit header says."
            )
            ending = " Nothing of this request was read or stored."
            raise TooManyRequests(code="quota_exceeded", message=message, wait=state.wait, ending=ending)
        return True


@contextmanager
def slot_of_file(key: ApiKey | None) -> Iterator[None]:
    """Hold one of the FILES_AT_ONCE of a key until the block ends, which is a transaction; raises TooManyRequests.

    Staff, who have no key, hold none.
    """
    if key is None:
        yield
        return
    with transaction.atomic():
        if not try_any_lock(f"slot:file:{key.pk}:", settings.FILES_AT_ONCE):
            message = (
                f"This key has {settings.FILES_AT_ONCE} files under way, which is the most at the same time. "
                "Take those to their end, or close their connections, and ask again."
            )
            raise TooManyRequests(code="too_many_files", message=message, wait=5, ending="")
        yield
