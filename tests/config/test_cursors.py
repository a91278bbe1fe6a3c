"""The position that a page starts at, as a cursor names it: one of ours, or refused."""

import base64
import json
from uuid import UUID

import pytest

from tests.config.pages import INVOICES
from tests.factories import InvoiceFactory


def cursor(*parts):
    """Return a cursor as the service writes one, with a position of our own."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


DAMAGED = {
    "letters": "abc",
    "random base64": base64.b64encode(b"\x8f\x02\xffgarbage").decode(),
    "no base64": "%%%",
    "bad padding": cursor("id", False, ["1"])[:-1] + "===",
    "not ASCII": "clé",
    "NUL": "\0",
    "NUL behind a cursor": cursor("id", False, ["1"]) + "\0",
    "no JSON": base64.b64encode(b"id").decode(),
    "an object": base64.b64encode(b"{}").decode(),
    "no position": cursor("id", False),
    "too much": cursor("id", False, ["1"], 1),
    "no direction": cursor("id", None, ["1"]),
    "an ordering of its own": cursor("status", False, ["1"]),
    "the ordering of another way": cursor("-id", False, ["1"]),
    "too few values": cursor("id", False, []),
    "too many values": cursor("id", False, ["1", "2"]),
    "a number": cursor("id", False, [1]),
    "an empty position": cursor("id", False, [None]),
    "a position of letters": cursor("id", False, ["abc"]),
    "a position with NUL": cursor("id", False, ["\0"]),
    "a position with a fraction": cursor("id", False, ["1.5"]),
    "a position of blanks": cursor("id", False, [" "]),
    "a position of five thousand digits": cursor("id", False, ["9" * 5000]),
    "a position beyond 64 bits": cursor("id", False, ["9" * 20]),
    "a position that is no number": cursor("id", False, ["NaN"]),
    "a moment without an offset": cursor("-createdAt", False, ["2026-01-01 00:00", str(UUID(int=0))]),
    "a moment that is none": cursor("-createdAt", False, ["yesterday", str(UUID(int=0))]),
    "a UUID that is none": cursor("-createdAt", False, ["2026-01-01 00:00+00:00", "1"]),
}


@pytest.mark.parametrize("ordered_by", ["id", "time"])
@pytest.mark.parametrize("damaged", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_cursor_is_refused(damaged, ordered_by, client):
    response = client.get(INVOICES if ordered_by == "id" else "/jsonApi/uploads", {"cursor": damaged})
    assert response.status_code == 400
    [error] = response.json()["errors"]
    assert (error["field"], error["code"]) == ("cursor", "invalid_cursor")
    assert error["message"].startswith("The cursor is damaged.")


def test_a_moment_of_a_cursor_may_have_any_offset(client):
    position = cursor("-createdAt", False, ["2026-01-01 00:00+18:16", str(UUID(int=0))])
    assert client.get("/jsonApi/uploads", {"cursor": position}).status_code == 200


@pytest.mark.parametrize(("position", "is_found"), [(f"{2**63 - 1}", False), (f"-{2**63}", True), ("0", True)])
def test_a_position_of_no_row_is_as_good_as_any(position, is_found, client, account):
    row = InvoiceFactory(account=account)
    response = client.get(INVOICES, {"cursor": cursor("id", False, [position])})
    assert [found["id"] for found in response.json()["results"]] == [row.pk] * is_found


@pytest.mark.parametrize("offset", ["+23:59", "-16:00", "+15:59:59.5"])
@pytest.mark.parametrize(("year", "is_found"), [("0001-01-01", True), ("2020-01-01", True), ("9999-12-31", False)])
def test_a_moment_may_have_any_offset(year, is_found, offset, client, account):
    row = InvoiceFactory(account=account)
    position = cursor("updatedAt", False, [f"{year} 00:00:00{offset}", "0"])
    response = client.get(INVOICES, {"cursor": position, "ordering": "updatedAt"})
    assert [found["id"] for found in response.json()["results"]] == [row.pk] * is_found
