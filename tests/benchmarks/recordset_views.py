"""What PostgREST runs for a bulk upsert: one statement that hands the body to PostgreSQL as it came."""

from typing import Any

import psycopg
from django.db import connection
from psycopg import sql
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apiauth.authentication import calling_key
from apiauth.models import Policy, Scope
from receivables.models import Invoice
from tests.benchmarks.plain_views import COLUMNS, UPDATED


def upsert_sql() -> sql.Composed:
    """Takes the parameters `account` and `body`. The balance as a number is all that it works out for itself."""
    return sql.SQL(
        "INSERT INTO {table} (account_id, extra, updated_at, balance_amount, {columns})"
        " SELECT %(account)s, '{{}}', now(), NULLIF(sent.{balance}, '')::numeric, {values}"
        " FROM json_to_recordset(%(body)s::json) AS sent({types})"
        " ON CONFLICT ({identity}) DO UPDATE SET {changes}"
    ).format(
        table=sql.Identifier(Invoice._meta.db_table),
        columns=_listed(map(sql.Identifier, COLUMNS.values())),
        balance=sql.Identifier("balanceAmount"),
        values=_listed(sql.Identifier("sent", name) for name in COLUMNS),
        types=_listed(_typed(name, column) for name, column in COLUMNS.items()),
        identity=_listed(map(sql.Identifier, ["account_id", *Invoice.IDENTITY])),
        changes=_listed(sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(column)) for column in UPDATED),
    )


def _listed(parts: Any) -> sql.Composed:
    return sql.SQL(", ").join(parts)


def _typed(name: str, column: str) -> sql.Composed:
    column_type = Invoice._meta.get_field(column).db_type(connection)
    return sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(column_type))


class RecordsetView(APIView):
    required_scope = Scope.UPLOAD
    rate_policy = Policy.UPLOAD

    def post(self, request: Request) -> Response:
        account = calling_key(request).account
        # A cursor that sends the body beside the statement; Django's would quote it into the statement's text.
        with psycopg.Cursor(connection.connection) as cursor:
            cursor.execute(upsert_sql(), {"account": account.pk, "body": request.body.decode()})
            return Response({"received": cursor.rowcount})
