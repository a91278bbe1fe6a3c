"""Missing items closed, and open again: the statements, with their history."""

from typing import Any

from psycopg import sql

from config.database.planning import account_of_ids
from receivables.models import InvoiceChange
from receivables.uploads.loads.missing import NearPair
from receivables.uploads.models import FullLoad
from receivables.uploads.storing.merge import Author
from receivables.uploads.storing.staging import names

# As an array they are looked up by the index of ids: joined, the planner, which knows nothing of the temporary table,
# reads all of the invoices' table.
_NOTE = (
    "INSERT INTO receivables_invoicechange"
    " (account_id, invoice_id, upload_id, staff_username, changed_at, valid_from, {before}, changes)"
    " SELECT t.account_id, t.id, %(upload)s, '', %(moment)s, t.updated_at, {was}, jsonb_build_object("
    "'closed_at', jsonb_build_array(NULL, %(moment)s::timestamptz),"
    " 'closed_by', jsonb_build_array(NULL, %(upload)s::uuid), 'closed_reason', jsonb_build_array('', 'missing'))"
    " FROM receivables_invoice AS t WHERE {are_missing}"
)
_CLOSE = (
    "UPDATE receivables_invoice AS t SET closed_at = %(moment)s, closed_by = %(upload)s, closed_reason = 'missing',"
    " updated_at = %(moment)s, last_upload_id = %(upload)s WHERE {are_missing}"
)
_ARE_MISSING = "t.account_id = {account} AND t.id = ANY(ARRAY(SELECT id FROM missing_items))"
_LIST = (
    "INSERT INTO uploads_missingitem"
    " (account_id, load_id, invoice_id, company_code, currency, open_amount, fate, near_id)"
    " SELECT %(account)s, %(load)s, m.id, company_code, currency, open_amount, %(fate)s, near.id"
    " FROM missing_items AS m LEFT JOIN unnest(%(near)s::bigint[], %(twins)s::bigint[]) AS near (missing_id, id)"
    " ON near.missing_id = m.id"
    " ON CONFLICT DO NOTHING"
)


def close_missing(cursor: Any, author: Author) -> int:
    """Close the items on the temporary table of what is missing; return how many. The lock must be held."""
    parameters = {"account": author.account, "upload": author.upload, "moment": author.moment}
    before = {"before": names(InvoiceChange.BEFORE), "was": names(InvoiceChange.BEFORE, "t")}
    are_missing = sql.SQL(_ARE_MISSING).format(account=account_of_ids())
    for statement in (_NOTE, _CLOSE):
        cursor.execute(sql.SQL(statement).format(are_missing=are_missing, **before), parameters)
    closed: int = cursor.rowcount
    return closed


def list_missing(cursor: Any, load: FullLoad, fate: str, pairs: list[NearPair]) -> None:
    """Keep a list of them, with the item that each came anew as, if any."""
    twins = {pair.missing_id: pair.created_id for pair in reversed(pairs)}  # the first of each
    parameters = {"account": load.account_id, "load": load.pk, "fate": fate}
    cursor.execute(_LIST, parameters | {"near": list(twins), "twins": list(twins.values())})
