"""The same item twice in one array: found on the stage, where all rows are at hand, however many."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from psycopg import sql

from receivables.uploads.storing.staging import Layout, Stage, names


@dataclass(frozen=True)
class Repetitions:
    """Places in the array: `equal` rows say what an earlier one says; each row of `contradicting` says otherwise than
    the one it is mapped to.
    """

    equal: list[int]
    contradicting: dict[int, int]


@lru_cache
def repetitions_sql(layout: Layout) -> str:
    """Every row whose identity stands in the array more than once, with the first of them and whether it differs.

    Rows differ in what they say, however they say it: an absent part of the identity is empty, a number may be padded.
    Each repeated row is met once and sorted behind the first of its identity. To join the first rows instead is a trap:
    the planner knows nothing of identities, and of one row that stands in the array 450,000 times it would compare each
    with all.
    """
    identity = layout.model.IDENTITY
    said = [column for column in layout.columns if column not in (*identity, "customer_number")]
    return (
        sql.SQL(
            "SELECT place, first, bits <> first_value(bits) OVER one OR said <> first_value(said) OVER one"
            " FROM (SELECT s.place, again.first, s.sent & {said_bits} AS bits, ROW({said}) AS said"
            " FROM (SELECT min(place) AS first, {identity} FROM {stage} GROUP BY {identity} HAVING count(*) > 1)"
            " AS again JOIN {stage} AS s USING ({identity})) AS repeated"
            " WINDOW one AS (PARTITION BY first ORDER BY place) ORDER BY first, place"
        )
        .format(
            stage=layout.stage,
            identity=names(identity),
            said=names(said, "s"),
            said_bits=sql.Literal(sum(layout.bits[column] for column in said)),
        )
        .as_string()
    )


def find_repetitions(cursor: Any, stage: Stage) -> Repetitions:
    if not stage.may_repeat:
        return Repetitions([], {})
    cursor.execute(repetitions_sql(stage.layout))
    groups: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for place, first, differs in cursor.fetchall():
        groups[first].append((place, differs))
    equal: list[int] = []
    contradicting: dict[int, int] = {}
    for first, group in groups.items():
        rival = next((place for place, differs in group if differs), None)
        if rival is None:
            equal += [place for place, _ in group if place != first]
        else:
            contradicting |= {place: first if differs else rival for place, differs in group}
    return Repetitions(equal, contradicting)


def strike(cursor: Any, stage: Stage, places: list[int]) -> None:
    """Take rows off the stage."""
    if places:
        cursor.execute(sql.SQL("DELETE FROM {} WHERE place = ANY(%s)").format(stage.layout.stage), [places])
        stage.row_count -= len(places)


def staged_rows(cursor: Any, stage: Stage, places: list[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield rows of the stage with their places, each with the columns that it brought; JSON stays raw."""
    if not places:
        return
    layout = stage.layout
    query = sql.SQL("SELECT place, sent, {columns} FROM {stage} WHERE place = ANY(%s) ORDER BY place")
    cursor.execute(query.format(columns=names(layout.columns), stage=layout.stage), [places])
    for place, sent, *values in cursor.fetchall():
        row = zip(layout.columns, values, strict=True)
        yield place, {column: value for column, value in row if sent & layout.bits[column]}
