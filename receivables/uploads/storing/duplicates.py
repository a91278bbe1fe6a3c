"""The same item twice in one array: found on the stage, which has all rows, however many."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from psycopg import sql

from receivables.uploads.storing.staging import Layout, Stage, names


@dataclass(frozen=True)
class Duplicates:
    """Indexes of rows: `equal` rows have the values of an earlier one; each of `contradicting` differs from the row it
    is mapped to.
    """

    equal: list[int]
    contradicting: dict[int, int]


@lru_cache
def duplicates_sql(layout: Layout) -> str:
    """Every row whose identity is in the array more than once, with the first of them and whether it differs.

    Rows differ by their values, not by their spelling: an absent part of the identity is empty, a number may be padded.
    Each repeated row is read once and sorted behind the first of its identity. Joining the first rows instead would be
    a trap: the planner knows nothing of identities, and if one row were in the array 450,000 times, it would compare
    each with all.
    """
    identity = layout.model.IDENTITY
    said = [column for column in layout.columns if column not in (*identity, "customer_number")]
    return (
        sql.SQL(
            "SELECT row_index, first, bits <> first_value(bits) OVER one OR said <> first_value(said) OVER one"
            " FROM (SELECT s.row_index, again.first, s.sent & {said_bits} AS bits, ROW({said}) AS said"
            " FROM (SELECT min(row_index) AS first, {identity} FROM {stage} GROUP BY {identity} HAVING count(*) > 1)"
            " AS again JOIN {stage} AS s USING ({identity})) AS repeated"
            " WINDOW one AS (PARTITION BY first ORDER BY row_index) ORDER BY first, row_index"
        )
        .format(
            stage=layout.stage,
            identity=names(identity),
            said=names(said, "s"),
            said_bits=sql.Literal(sum(layout.bits[column] for column in said)),
        )
        .as_string()
    )


def find_duplicates(cursor: Any, stage: Stage) -> Duplicates:
    if not stage.may_have_duplicates:
        return Duplicates([], {})
    cursor.execute(duplicates_sql(stage.layout))
    groups: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for row_index, first, differs in cursor.fetchall():
        groups[first].append((row_index, differs))
    equal: list[int] = []
    contradicting: dict[int, int] = {}
    for first, group in groups.items():
        rival = next((row_index for row_index, differs in group if differs), None)
        if rival is None:
            equal += [row_index for row_index, _ in group if row_index != first]
        else:
            contradicting |= {row_index: first if differs else rival for row_index, differs in group}
    return Duplicates(equal, contradicting)


def remove_rows(cursor: Any, stage: Stage, row_indexes: list[int]) -> None:
    """Remove rows from the stage."""
    if row_indexes:
        cursor.execute(sql.SQL("DELETE FROM {} WHERE row_index = ANY(%s)").format(stage.layout.stage), [row_indexes])
        stage.row_count -= len(row_indexes)


def staged_rows(cursor: Any, stage: Stage, row_indexes: list[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield rows of the stage with their indexes, each with the columns that it brought; JSON stays raw."""
    if not row_indexes:
        return
    layout = stage.layout
    query = sql.SQL("SELECT row_index, sent, {columns} FROM {stage} WHERE row_index = ANY(%s) ORDER BY row_index")
    cursor.execute(query.format(columns=names(layout.columns), stage=layout.stage), [row_indexes])
    for row_index, sent, *values in cursor.fetchall():
        row = zip(layout.columns, values, strict=True)
        yield row_index, {column: value for column, value in row if sent & layout.bits[column]}
