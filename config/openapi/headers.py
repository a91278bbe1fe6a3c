"""The headers of answers in the OpenAPI document. Those of every answer are among its components."""

from typing import Any


def _header(description: str, example: Any) -> dict[str, Any]:
    kind = "integer" if isinstance(example, int) else "string"
    return {"description": description, "schema": {"type": kind, "examples": [example]}}


ETAG = _header("Names this very answer, for `If-None-Match`.", '"5d41402abc4b2a76b9719d911017c592"')
CHALLENGE = _header("How to log in.", 'Basic realm="receivables", charset="UTF-8"')
DISPOSITION = _header("Of a file: its name.", 'attachment; filename="invoices.csv"')
LINK = _header(
    "The neighbouring pages, if there are any (RFC 8288).",
    '<https://receivables.example.com/jsonApi/invoices?cursor=WyJpZCIsZmFsc2UsWyIxIl1d>; rel="next"',
)
RETRY = _header("Seconds to wait before the request is sent again.", 30)
RATES = {
    "RateLimit": _header(
        "How many requests of a policy the key has left, and the seconds within which it gets no more "
        "(draft-ietf-httpapi-ratelimit-headers-11). Absent where the policy has no limit, or nobody was logged in.",
        '"read";r=5999;t=1',
    ),
    "RateLimit-Policy": _header(
        "The policy the request counted for: its quota, and the seconds in which as much becomes available again.",
        '"read";q=6000;w=60',
    ),
}
REQUEST = {
    "X-Request-Id": _header(
        "The name of this request, in the service's log as well: the one that was sent in this header (up to 128 "
        "letters, digits and `._:/+=@~-`), else one that was made.",
        "0195b7a4-7c1e-4d2a-9f63-1c2b3a4d5e6f",
    )
}
SHARED = RATES | REQUEST
NOT_LOGGED_IN = "401"  # it counts for no key
ANSWERED_WITH: dict[str, dict[str, Any]] = {
    "304": {"ETag": ETAG},
    NOT_LOGGED_IN: {"WWW-Authenticate": CHALLENGE},
    **{status: {"Retry-After": RETRY} for status in ("202", "409", "429", "503")},
}
