"""Rate limits: each key has a quota for every policy, whichever process, thread or host its requests come to."""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from apiauth.models import ApiKey, Policy
from apiauth.quotas.counting import WINDOW_SECONDS, count
from config.api.problems import TooManyRequests


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
