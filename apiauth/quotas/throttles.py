"""Rate limits: each key has a quota for every policy, whichever process, thread or host its requests come to."""

from typing import Any

from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from apiauth.models import ApiKey, Policy
from apiauth.quotas.counting import WINDOW_SECONDS, QuotaState, count


class QuotaExceeded(APIException):
    """The key has used up its quota; `wait` are the seconds until it has one more request."""

    status_code = 429

    def __init__(self, state: QuotaState):
        message = (
            f"This key has used up its quota of the policy {state.policy.value!r} (requests in {WINDOW_SECONDS} "
            f"seconds: {state.quota:,}). Send the request again in {state.wait} s, and then no faster than the "
            "RateLimit header says."
        )
        super().__init__(f"{message} Nothing of this request was read or stored.")
        self.wait = state.wait
        self.problem_members = {"errors": [{"code": "quota_exceeded", "message": message}]}


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
            raise QuotaExceeded(state)
        return True
