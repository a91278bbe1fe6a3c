"""What each customer of an account owes, and what of it is overdue, kept by currency: no list could add that up."""

from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Sum

from receivables.models import Invoice
from receivables.models.account_figures import OpenBalance, OverdueBalance
from receivables.models.customer_matching import OWED_BY_CUSTOMER

# Only rows that are not as they should be are written: from one night to the next few are.
_KEEP = """
WITH owed AS ({owed}), found AS (
    SELECT customer.id AS customer_id, owed.currency, sum(owed.amount) AS amount
    FROM owed JOIN customers_customer AS customer ON {owed_by_customer}
    GROUP BY customer.id, owed.currency
), gone AS (
    DELETE FROM {kept} AS kept WHERE account_id = %s AND NOT EXISTS (
        SELECT FROM found WHERE found.customer_id = kept.customer_id AND found.currency = kept.currency
    )
)
INSERT INTO {kept} AS kept (account_id, customer_id, currency, amount)
SELECT %s, customer_id, currency, amount FROM found
ON CONFLICT (customer_id, currency) DO UPDATE SET amount = EXCLUDED.amount WHERE kept.amount <> EXCLUDED.amount
"""


def keep_balances(account_id: int, as_of: date) -> None:
    """Bring the balances of an account's customers up to date, each kind in one statement."""
    items = Invoice.objects.filter(account=account_id).exclude(open_amount=None)
    _keep(OverdueBalance, account_id, items.overdue(as_of))
    _keep(OpenBalance, account_id, items.open())


def _keep(model: Any, account_id: int, items: Any) -> None:
    grouped = items.order_by().values("account_id", "customer_number_key", "company_code", "currency")
    owed, parameters = grouped.annotate(amount=Sum("open_amount")).query.sql_with_params()
    statement = _KEEP.format(owed=owed, owed_by_customer=OWED_BY_CUSTOMER, kept=model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, account_id, account_id])
