"""What PostgreSQL is to write of a column."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db.models import DateTimeField, DecimalField, Expression, F, Func, TextField, Value
from django.db.models.functions import Cast


class AmountAsText(NamedTuple):
    """A column of amounts that are to be written as texts, for readers whose JSON numbers are rounded."""

    field: Any

    @property
    def attname(self) -> str:
        return str(self.field.attname)


# Faster than json_build_object(), and without its blanks.
ROW = "row_to_json((SELECT columns FROM (SELECT %(expressions)s) AS columns))"
MOMENT = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'


def stored(field: Any) -> Any:
    """The kind of field a column holds; of a generated one, that of what is generated."""
    return getattr(field, "output_field", field)


def json_value(field: Any) -> Expression:
    """A column as JSON has it: amounts without the zeros of their scale, moments in ISO 8601 as days are."""
    column = F(field.attname)
    match stored(field):
        case AmountAsText():
            return Cast(json_value(field.field), TextField())
        case DecimalField():
            return Func(column, function="trim_scale", output_field=stored(field))
        case DateTimeField():
            universal = Func(Value("UTC"), column, function="timezone", output_field=DateTimeField())
            return Func(universal, Value(MOMENT), function="to_char", output_field=TextField())
        case _:
            return column  # type: ignore[return-value]


def json_row(columns: Mapping[str, Any]) -> Expression:
    """All columns as one JSON object, under their names."""
    named = (Func(json_value(column), template=f'%(expressions)s AS "{name}"') for name, column in columns.items())
    return Func(*named, template=ROW, output_field=TextField())


def joined(*parts: Any) -> Func:
    """Texts one after another; none at all if one of them is NULL."""
    texts = [Value(part) if isinstance(part, str) else part for part in parts]
    return Func(*texts, template="(%(expressions)s)", arg_joiner=" || ", output_field=TextField())
