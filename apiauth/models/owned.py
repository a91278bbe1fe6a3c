"""What belongs to an account: its account stands in its keys, and in every relation between two such tables.

So no row of one account can refer to another's, whatever the code does, and the tables can be spread over machines by
account. Django has one column as primary key, the id; in the database the account stands behind it.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement, Table
from django.db.models.constraints import BaseConstraint
from django.db.models.functions import Abs
from django.db.models.lookups import GreaterThan

from apiauth.models.accounts import Account
from config.database.base import is_distributed

# What a list says of its accounts, as the indexes of lists do: it is true of each, and PostgreSQL does not see that of
# the account of a look-up. So it cannot take such an index for that of identities or ids: in a young table it would,
# for any of them seems to lead to one row.
LISTED = models.Q(GreaterThan(Abs("account"), 0))


class Ddl(BaseConstraint, ABC):
    """A constraint of PostgreSQL's that Django has no class for. The database checks it; forms do not."""

    # The names of the table and the constraint are put in, and what `definition` returns.
    added = "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s %(definition)s"
    removed = "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s"

    @abstractmethod
    def definition(self, model: Any, quote: Any) -> str:
        """Return what stands behind its name; `quote` quotes names."""

    def create_sql(self, model: Any, schema_editor: BaseDatabaseSchemaEditor | None) -> Any:
        return self._statement(self.added, model, schema_editor)

    def remove_sql(self, model: Any, schema_editor: BaseDatabaseSchemaEditor | None) -> Any:
        return self._statement(self.removed, model, schema_editor)

    def constraint_sql(self, model: Any, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        """Nothing stands within CREATE TABLE: it has a key already, and the other table may not be there yet."""
        assert schema_editor is not None
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))
        return ""

    def validate(self, *args: Any, **kwargs: Any) -> None:
        return

    def _statement(self, template: str, model: Any, schema_editor: BaseDatabaseSchemaEditor | None) -> Statement:
        assert schema_editor is not None
        quote = schema_editor.quote_name
        return Statement(
            template,
            table=Table(model._meta.db_table, quote),
            name=quote(self.name),
            definition=self.definition(model, quote),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ddl) and self.deconstruct() == other.deconstruct()

    __hash__ = None  # type: ignore[assignment]


class KeyWithAccount(Ddl):
    """The primary key of a table of an account: its id, and the account behind it."""

    added = "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s, ADD CONSTRAINT %(name)s %(definition)s"
    removed = "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s, ADD CONSTRAINT %(name)s PRIMARY KEY (id)"

    # On a cluster, a table that comes later is distributed before foreign keys lead from it to others that are.
    distributed = (
        "SELECT create_distributed_table('{table}', 'account_id', colocate_with =>"
        " (SELECT min(logicalrelid::text) FROM pg_dist_partition WHERE partmethod = 'h'))"
    )

    def definition(self, model: Any, quote: Any) -> str:
        return "PRIMARY KEY (id, account_id)"

    def constraint_sql(self, model: Any, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        """Come first of what follows CREATE TABLE: other tables and foreign keys build on the key."""
        assert schema_editor is not None
        first: list[Any] = [self.create_sql(model, schema_editor)]
        if is_distributed():
            first.append(self.distributed.format(table=model._meta.db_table))
        schema_editor.deferred_sql[:0] = first
        return ""


class SameAccount(Ddl):
    """The foreign key of a relation made by `within_account`; it is checked when the transaction ends."""

    def __init__(self, *, column: str, to: str, name: str):
        super().__init__(name=name)
        self.column, self.to = column, to

    def definition(self, model: Any, quote: Any) -> str:
        table = model._meta.apps.get_model(self.to)._meta.db_table
        return (
            f"FOREIGN KEY ({quote(self.column)}, account_id) REFERENCES {quote(table)} (id, account_id)"
            " DEFERRABLE INITIALLY DEFERRED"
        )

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"column": self.column, "to": self.to}


class OfAccount(models.Model):
    """A row of an account."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        abstract = True
        # PostgreSQL's own name for it. A Meta with constraints of its own has to repeat these.
        constraints = [KeyWithAccount(name="%(app_label)s_%(class)s_pkey")]

    def _do_update(self, base_qs: Any, *about: Any, **options: Any) -> Any:
        """Name the account in the UPDATE of `save` as well: the id alone does not say on which machine the row is."""
        return super()._do_update(base_qs.filter(account=self.account_id), *about, **options)

    def refresh_from_db(self, using: str | None = None, fields: Any = None, from_queryset: Any = None) -> None:
        if "account_id" in self.__dict__:  # it was read with the row
            rows = type(self)._base_manager.using(using) if from_queryset is None else from_queryset
            from_queryset = rows.filter(account=self.account_id)
        super().refresh_from_db(using, fields, from_queryset)


def first_of_each(rows: "models.QuerySet[Any]", accounts: Sequence[int], count: int) -> Iterable[Any]:
    """Return the ids of the first rows of each account, at most `count` of one, in the order of `rows`: each account's
    are found at one end of its index, whatever the others have.
    """
    ids = rows.values_list("pk", flat=True)
    if is_distributed():  # an account lies on all machines: no query leads from it to the one that has its rows
        if _looks_up(rows):  # for one account a cluster cannot tell where to; over all, each machine does it by itself
            return list(ids.filter(account__in=accounts)[:count])
        return [pk for account in accounts for pk in ids.filter(account=account)[:count]]
    of_one = ArraySubquery(ids.filter(account=models.OuterRef("pk"))[:count])
    firsts = models.Func(of_one, function="unnest", output_field=rows.model._meta.pk)
    found: Any = Account.objects.filter(pk__in=accounts).order_by().values_list(firsts, flat=True)
    return found


def _looks_up(rows: "models.QuerySet[Any]") -> bool:
    """Whether the rows are chosen by a query within theirs."""
    parts = (part for condition in rows.query.where.leaves() for part in condition.flatten())
    return any(isinstance(part, models.Subquery) for part in parts)


def outer_account(accounts: Sequence[int], column: str = "account") -> "models.expressions.Combinable":
    """The account by which a sub-query finds rows beside those of a query that is of these accounts: the outer row's,
    or where it is one, its id, which a cluster does not conclude. It then asks the machine of that account alone.
    """
    return models.Value(accounts[0]) if len(accounts) == 1 else models.OuterRef(column)


def account_of_row(related_name: str) -> "models.ForeignKey[Any, Any]":
    """The column that names the account of rows that forbid its deletion."""
    return models.ForeignKey(Account, on_delete=models.PROTECT, related_name=related_name, db_index=False)


def account_of_parent() -> "models.ForeignKey[Any, Any]":
    """The column that names the account of rows that come and go with another row of it, which is checked."""
    return models.ForeignKey(
        Account, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )


def within_account(to: Any, column: str, related_name: str, on_delete: Any = models.CASCADE, **options: Any) -> Any:
    """A relation to a row of the same account, by the column that has its id. Django joins by both, and who creates a
    row from the other one need not name the account. `SameAccount` has the database check it.
    """
    own, other = ["account", column], ["account", "id"]
    return models.ForeignObject(to, on_delete, own, other, related_name=related_name, **options)
