"""Rate limits: each key has a quota for every policy, whichever process, thread or host its requests come to."""

from typing import Any

from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from apiauth.models import ApiKey, Policy
from apiauth.quotas.counting import WINDOW_SECONDS, Standing, count


class QuotaExceeded(APIException):
    """The key has used up its quota; `wait` are the seconds until it has one more request."""

    status_code = 429

    def __init__(self, standing: Standing):
        message = (
            f"This key has used up its quota of the policy {standing.policy.value!r} (requests in {WINDOW_SECONDS} "
            f"seconds: {standing.quota:,}). Send the request again in {standing.wait} s, and then no faster than the "
            "RateLimit header says."
        )
        super().__init__(f"{message} Nothing of this request was read or stored.")
        self.wait = standing.wait
        self.problem_members = {"errors": [{"code": "quota_exceeded", "message": message}]}


class KeyThrottle(BaseThrottle):
    """Counts a request of a key by the view's `rate_policy`. Whoever comes without a key is not counted."""

    def allow_request(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiKey):
            return True
        standing = count(request.auth, getattr(view, "rate_policy", Policy.READ))
        if standing is None:
            return True
        view.headers |= standing.headers()  # DRF writes them on whatever the view answers, errors too
        if not standing.is_admitted:
            raise QuotaExceeded(standing)
        return True
