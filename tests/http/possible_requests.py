"""Hooks of schemathesis: what no schema can say of a request, so that what follows its schema can be answered.

Parameters are described one by one; some mean nothing together, or depend on the body, or on an earlier answer.
"""

import json
from typing import Any

import schemathesis
from schemathesis import Case, HookContext, SerializationContext

from config.api.negotiation import LINES, OTHER_LINES

ALL_LINES = (LINES, *OTHER_LINES)
INVOICE = {"customerNumber": "23123123", "invoiceNumber": "21321", "invoiceAmount": 12112}
CUSTOMER = {"customerno": "231231201", "emailaddress1": "john.doe@example.com"}


@schemathesis.serializer(*ALL_LINES)
def lines(context: SerializationContext, value: Any) -> bytes:
    return value.encode(errors="replace") if isinstance(value, str) else json.dumps(value).encode()


@schemathesis.hook
def filter_case(context: HookContext, case: Case) -> bool:
    """A header without a value is none, and no wrong one."""
    value = (case.headers or {}).get("Content-Encoding")
    return not (isinstance(value, str) and not value.strip())


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    if case.meta and case.meta.generation.mode.is_positive:
        _make_possible(case)


def _make_possible(case: Case) -> None:
    query, headers = case.query or {}, case.headers or {}
    query.pop("cursor", None)  # no text is a place in a list but those that the list gave
    if query.get("format", "json") != "json":  # files have no pages
        for name in ("pageSize", "count"):
            query.pop(name, None)
    query.pop("amounts", None)  # the schemas show amounts as numbers
    query.pop("knownAt", None)  # no text is a moment that is known
    if "asOf" in query:  # a statement begins before it ends; of most days it is not known what was open
        query.pop("from", None)
        query["knownAt"] = "now"
    if "buckets" in query:  # a pattern says that they are numbers, and none that they ascend
        query["buckets"] = "30,60,90"
    if query.get("confirm") is not True:  # what is confirmed was shown
        query.pop("preview", None)
    for name in ("expectedRows", "expectedTotal"):  # what they say is true of one body
        query.pop(name, None)
    headers.pop("Content-Encoding", None)  # the body is sent as it is
    headers.pop("Idempotency-Key", None)  # the same key with another body is refused
    if case.media_type in ALL_LINES:  # a text, of which no schema can say that it is JSON line by line
        case.body = json.dumps(INVOICE if "invoices" in case.path else CUSTOMER)
