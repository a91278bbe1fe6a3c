"""Refused rows of a full load keep open what they may name: what agrees with the parts that could be read of them."""

from typing import Any

from psycopg import sql

from config.database.planning import account_of_ids
from receivables.models import Invoice
from receivables.uploads.models import FullLoad

IDENTITY = Invoice.IDENTITY
NUMBERS = ("invoice_number", "accounting_doc_number")  # one of which could be read

_CREATE = "CREATE TEMPORARY TABLE IF NOT EXISTS named_items ({columns}) ON COMMIT DELETE ROWS; DELETE FROM named_items"
_FILL = (
    "INSERT INTO named_items SELECT {parts} FROM uploads_protectedidentity"
    " WHERE account_id = %(account)s AND load_id = %(load)s"
)
# A blank number is none; a part that cannot be read agrees with any. On a cluster the items lie on another machine than
# the temporary tables, and have to be read first.
_SPARE = (
    "WITH t AS MATERIALIZED (SELECT id, {identity} FROM receivables_invoice"
    " WHERE account_id = {hidden} AND id = ANY(ARRAY(SELECT id FROM missing_items)))"
    " DELETE FROM missing_items AS m USING t, named_items AS n"
    " WHERE t.id = m.id AND n.{number} <> '' AND t.{number} = n.{number} AND {agree}"
)


def spare(cursor: Any, load: FullLoad) -> None:
    """Drop from the missing items what the load's refused rows may name."""
    if not load.protected.exists():
        return
    of_load = {"account": load.account_id, "load": load.pk}
    cursor.execute(_create_sql())
    cursor.execute(_fill_sql(), of_load)
    # Of rows of its own transaction the planner knows nothing, and compared all refused ones with all missing ones.
    cursor.execute("ANALYZE named_items, missing_items")
    for number in NUMBERS:
        cursor.execute(_spare_sql(number), of_load)


def _create_sql() -> sql.Composed:
    return sql.SQL(_CREATE).format(columns=_listed("{} text"))


def _fill_sql() -> sql.Composed:
    parts = [sql.SQL("parts ->> {}").format(sql.Literal(column)) for column in IDENTITY]
    return sql.SQL(_FILL).format(parts=sql.SQL(", ").join(parts))


def _spare_sql(number: str) -> sql.Composed:
    agree = _listed("coalesce(n.{0} = t.{0}, true)", " AND ")
    return sql.SQL(_SPARE).format(
        number=sql.Identifier(number), agree=agree, hidden=account_of_ids(), identity=_listed("{}")
    )


def _listed(each: str, between: str = ", ") -> sql.Composed:
    return sql.SQL(between).join(sql.SQL(each).format(sql.Identifier(column)) for column in IDENTITY)
