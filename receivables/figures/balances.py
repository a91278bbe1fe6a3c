"""What each customer of an account owes, and what of it is overdue, by currency: too much for a list to add up."""

from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Sum

from receivables.models import Invoice
from receivables.models.account_figures import OpenBalance, OverdueBalance
from receivables.models.customer_matching import OWED_BY_CUSTOMER

# Only rows that differ are written: from one night to the next these are few.
_REFRESH = """
WITH owed AS ({owed}), computed AS (
    SELECT customer.id AS customer_id, owed.currency, sum(owed.amount) AS amount
    FROM owed JOIN customers_customer AS customer ON {owed_by_customer}
    GROUP BY customer.id, owed.currency
), gone AS (
    DELETE FROM {balances} AS balance WHERE account_id = %s AND NOT EXISTS (
        SELECT FROM computed WHERE computed.customer_id = balance.customer_id AND computed.currency = balance.currency
    )
)
INSERT INTO {balances} AS balance (account_id, customer_id, currency, amount)
SELECT %s, customer_id, currency, amount FROM computed
ON CONFLICT (customer_id, currency) DO UPDATE SET amount = EXCLUDED.amount WHERE balance.amount <> EXCLUDED.amount
"""


def refresh_balances(account_id: int, as_of: date) -> None:
    """Bring the balances of an account's customers up to date, each kind in one statement."""
    items = Invoice.objects.filter(account=account_id).exclude(open_amount=None)
    _refresh(OverdueBalance, account_id, items.overdue(as_of))
    _refresh(OpenBalance, account_id, items.open())


def _refresh(model: Any, account_id: int, items: Any) -> None:
    grouped = items.order_by().values("account_id", "customer_number_key", "company_code", "currency")
    owed, parameters = grouped.annotate(amount=Sum("open_amount")).query.sql_with_params()
    statement = _REFRESH.format(owed=owed, owed_by_customer=OWED_BY_CUSTOMER, balances=model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, account_id, account_id])
