"""To which customer an item belongs: the one rule of all that adds up or lists what customers owe.

A customer is a company code and a number, for two companies may give one number to two customers. An item belongs to

1. the customer of its own company code and number;
2. where there is none, an item with a code: the customer of its number that names no code. Such a customer is sent once
   for all companies;
3. where there is none, an item without a code: the customer of its number, if only one has that number. Of several
   nobody knows which one owes it, and a sum that guesses is wrong for two of them.

No item belongs to two customers, so what customers owe adds up to the total. An item that belongs to no customer that
was sent is of a customer that its own code and number name.
"""

import re
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Expression, F, Func, Max, Min, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from psycopg.sql import Literal

from customers.models import NAME_OF_CUSTOMER, Customer

# Both are of one account and one number.
_RULE = """(
    {of_customer} = {of_item}
    OR {of_customer} = '' AND NOT EXISTS (
        SELECT FROM customers_customer AS other WHERE other.account_id = {account}
        AND other.customer_number_key = {number} AND other.company_code = {of_item}{then})
    OR {of_item} = '' AND NOT EXISTS (
        SELECT FROM customers_customer AS other WHERE other.account_id = {account}
        AND other.customer_number_key = {number} AND other.company_code <> {of_customer}{then})
)"""


def _then(moment: datetime | None) -> str:
    """Return SQL for whether a row of `other` was there at a moment; what of it counts here never changes."""
    return "" if moment is None else f" AND other.created_at <= {Literal(moment).as_string()}"


def owed_by_customer(account: str = "owed.account_id", moment: datetime | None = None) -> str:
    """Return SQL for whether a row of `owed` belongs to a row of `customer`. Those of `owed` have an account_id, a
    customer_number_key and a company_code: they are items, or sums of items. `account` is SQL for their account; named
    by its id, a cluster knows which machine is to look up other customers. At a moment, those count that were there.
    """
    number = "owed.customer_number_key"
    return f"customer.account_id = {account} AND customer.customer_number_key = {number} AND " + _RULE.format(
        of_customer="customer.company_code",
        of_item="owed.company_code",
        account=account,
        number=number,
        then=_then(moment),
    )


OWED_BY_CUSTOMER = owed_by_customer()
# The company code of a row's customer, whether or not that customer was sent.
COMPANY_CODE = "coalesce(customer.company_code, owed.company_code)"


def name_of_group(of_items: str = "owed") -> str:
    """Return SQL for the name of a group of rows of `owed`: the customer's, else the one of its items; empty where
    there are several. Of the items, the table `of_items` has the names.
    """
    lowest, highest = (f"coalesce({NAME_OF_CUSTOMER}, {of_items}.{name})" for name in ("lowest_name", "highest_name"))
    return f"coalesce(CASE WHEN min({lowest}) = max({highest}) THEN min({lowest}) END, '')"


NAME = name_of_group()


def names_of_items() -> dict[str, Expression]:
    """Return what NAME needs of rows of `owed`: the first and the last name by alphabet."""
    name = NullIf("customer_name", Value(""))
    return {"lowest_name": Min(name), "highest_name": Max(name)}


class Belongs(Func):
    """Whether an item belongs to a customer of its account and number; at a moment, customers count that were there."""

    output_field = BooleanField()

    def __init__(self, *, account: Any, number: Any, of_item: Any, of_customer: Any, moment: datetime | None = None):
        super().__init__(account, number, of_item, of_customer)
        self.moment = moment

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **extra_context: Any) -> tuple[str, tuple[Any, ...]]:
        compiled = [compiler.compile(expression) for expression in self.get_source_expressions()]
        parts = dict(zip(["account", "number", "of_item", "of_customer"], compiled, strict=True))
        parts["then"] = _then(self.moment), ()
        names = re.findall(r"{(\w+)}", _RULE)
        sql = _RULE.format(**{name: text for name, (text, _) in parts.items()})
        return sql, tuple(parameter for name in names for parameter in parts[name][1])


def customers_of_outer_item(
    account: Any = OuterRef("account"),  # noqa: B008 - it never changes
    moment: datetime | None = None,
) -> Any:
    """Return the customer that an item belongs to, for a query around this one; of items of one account, name it. At a
    moment, customers count that were there.
    """
    number = OuterRef("customer_number_key")
    belongs = Belongs(
        account=account,
        number=number,
        of_item=OuterRef("company_code"),
        of_customer=F("company_code"),
        moment=moment,
    )
    return Customer.objects.at(moment).filter(belongs, account=account, customer_number_key=number)


def company_code_of_customer(account: Any, moment: datetime | None = None) -> Expression:
    """Return SQL for the company code of the customer that an item belongs to, or belonged to at a moment."""
    customers = customers_of_outer_item(account, moment)
    return Coalesce(Subquery(customers.values("company_code")[:1]), F("company_code"))
