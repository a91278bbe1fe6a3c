"""The floor of a page: psycopg, orjson and nothing else; no framework, no authentication, no links.

The statement comes in `BARE_STATEMENT`, with `account` and `key` for parameters, which the query string gives.
"""

import os
from collections.abc import Callable, Iterable
from decimal import Decimal
from threading import local
from typing import Any
from urllib.parse import parse_qsl

import orjson
import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads

StartResponse = Callable[[str, list[tuple[str, str]]], Any]

STATEMENT = os.environ["BARE_STATEMENT"].encode()
_of_thread = local()


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    body = b"" if environ["PATH_INFO"] == "/healthz" else page(dict(parse_qsl(environ["QUERY_STRING"])))
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def page(asked: dict[str, str]) -> bytes:
    rows = connection().execute(STATEMENT, asked).fetchall()
    return orjson.dumps({"results": rows}, default=number, option=orjson.OPT_UTC_Z)


def number(amount: Any) -> orjson.Fragment:
    """Write an amount, whose zeros PostgreSQL took away, with every digit it has."""
    if not isinstance(amount, Decimal):
        raise TypeError
    return orjson.Fragment(str(amount))


def connection() -> psycopg.Connection[dict[str, Any]]:
    if not hasattr(_of_thread, "connection"):
        options = {"options": "-c timezone=UTC", "row_factory": dict_row, "autocommit": True}
        _of_thread.connection = psycopg.connect(os.environ["DATABASE_URL"], **options)
        set_json_loads(orjson.loads, _of_thread.connection)
    return _of_thread.connection
