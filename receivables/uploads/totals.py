"""The money of one upload: what its rows say, and what was open in them before and after."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from psycopg import sql

from apiauth.models import Account
from receivables.amounts import amount_text
from receivables.uploads.merge import STAGE, Stage, same_item_sql

ZERO = Decimal(0)


@dataclass
class Position:
    """The staged items as they are stored at one moment, of one company code and currency."""

    rows: int = 0
    invoice_amount: Decimal = ZERO
    open_amount: Decimal = ZERO


Positions = dict[tuple[str, str], Position]


def position_sql(stage: Stage) -> sql.Composed:
    return sql.SQL(
        "SELECT t.company_code, t.currency, count(*), sum(t.invoice_amount), COALESCE(sum(t.open_amount), 0)"
        " FROM {table} AS t JOIN {stage} AS s ON {same_item} GROUP BY 1, 2"
    ).format(table=stage.table, stage=STAGE, same_item=same_item_sql(stage.model))


def positions(cursor: Any, stage: Stage, account: Account) -> Positions:
    """Return the position of the staged items per company code and currency; of a table without money, none."""
    if "invoice_amount" not in stage.columns:
        return {}
    cursor.execute(position_sql(stage), {"account": account.pk})
    return {(company, currency): Position(*figures) for company, currency, *figures in cursor.fetchall()}


def totals(before: Positions, after: Positions, at_least_places: int) -> list[dict[str, Any]]:
    """Return the receipt's totals, sorted; an item that moved to another currency counts before in the old one."""

    def text(amount: Decimal) -> str:
        return amount_text(amount, at_least_places)

    return [
        {
            "companyCode": company,
            "currency": currency,
            "rows": (now := after.get((company, currency), Position())).rows,
            "invoiceAmount": text(now.invoice_amount),
            "openBefore": text(before.get((company, currency), Position()).open_amount),
            "openAfter": text(now.open_amount),
        }
        for company, currency in sorted(before.keys() | after.keys())
    ]
