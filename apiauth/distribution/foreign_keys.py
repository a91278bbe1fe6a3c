"""The foreign keys that models declare, to be added again once their tables lie where they belong."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db.models import Model

from apiauth.distribution import catalog
from apiauth.distribution.tables import checked_foreign_keys, stored_models
from apiauth.models.owned import SameAccount


class Declared(NamedTuple):
    """A foreign key of a model, with the SQL that adds it."""

    table: str
    columns: list[str]
    to: str
    sql: str

    def is_in(self, found: list[catalog.ForeignKey]) -> bool:
        own = (self.table, set(self.columns), self.to)
        return any((key.table, set(key.columns), key.to) == own for key in found)


def declared_foreign_keys(connection: Any) -> list[Declared]:
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        return [each for model in stored_models() for each in _of_model(model, editor)]


def _of_model(model: type[Model], editor: Any) -> Iterator[Declared]:
    table = model._meta.db_table
    for field in checked_foreign_keys(model):
        sql = editor._create_fk_sql(model, field, "_fk_%(to_table)s_%(to_column)s")
        yield Declared(table, [str(field.column)], field.remote_field.model._meta.db_table, str(sql))
    for constraint in model._meta.constraints:
        if isinstance(constraint, SameAccount):
            to = model._meta.apps.get_model(constraint.to)._meta.db_table
            yield Declared(table, [constraint.column, "account_id"], to, str(constraint.create_sql(model, editor)))
