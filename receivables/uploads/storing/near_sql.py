"""The SQL that finds rows about to be created although another differs only in spelling: a debt would count twice.

Two rows are near where the required parts of their identity are spellings of the same numbers
(customers/imported/numbers.py), and each other part is as well, or is blank in one of them. What differs truly in a
part that both have, as instalments do in their line items, is not near.

`merge` runs it. Most often one statement is enough where rows are created, and
none is needed where none is. Each created row is searched among the stored rows that are spelt as its key, by the index
of identities, and among those spelt otherwise, by an index of these alone. Full loads search by the same pieces.
"""

from functools import lru_cache

from psycopg import sql

from config.database.planning import account_of_ids
from customers.imported.numbers import ODD_SPELLING, SpellingKey
from receivables.uploads.storing.staging import Layout

Sql = sql.SQL


@lru_cache
def shared_sql(layout: Layout, *, are_some_stored: bool) -> str:
    """Find the required parts that a created row shares with any other row: mostly none, and nothing else is to do."""
    keys = _names("k", len(layout.model.REQUIRED_IDENTITY))
    return formatted(
        "WITH fresh AS MATERIALIZED (SELECT {keys}, count(*) > 1 AS again FROM"
        " (SELECT {own_keys} FROM {stage} AS s{missing}) AS s GROUP BY {keys})"
        " SELECT {lists}, count(*) > 0 FROM fresh AS f"
        " WHERE again OR EXISTS (SELECT FROM {plain} OFFSET 0) OR EXISTS (SELECT FROM {odd} OFFSET 0)",
        layout,
        lists=Sql(", ".join(f"array_agg({key})" for key in keys)),
        missing=_missing(layout, are_some_stored=are_some_stored),
    )


@lru_cache
def near_rows_sql(layout: Layout, *, are_some_stored: bool) -> str:
    """Count the created rows that have something near, and find the first.

    Rows that share their required parts are compared all at once, however many they are. Of two rows the blank parts of
    both are their mask; they are near where they agree outside it. So each row is put, for every mask that it can have
    with any other, beside those that agree with it outside that mask: `present` are the patterns of blanks among them,
    `wanted` those that make up the mask together with its own.
    """
    keys = _names("k", len(layout.model.REQUIRED_IDENTITY))
    parts = _names("p", len(_parts(layout)))
    return formatted(
        "WITH shared AS MATERIALIZED (SELECT * FROM unnest({lists}) AS given ({keys})),"
        " met AS MATERIALIZED (SELECT *, {blanks} AS blanks FROM ("
        "SELECT s.* FROM (SELECT s.row_index, {own_keys}, {own_parts} FROM {stage} AS s{missing}) AS s"
        " JOIN shared USING ({keys})"
        " UNION ALL SELECT NULL, {keys}, t.* FROM shared AS f"
        " CROSS JOIN LATERAL (SELECT {parts} FROM {plain} OFFSET 0) AS t"
        " UNION ALL SELECT NULL, {keys}, t.* FROM shared AS f"
        " CROSS JOIN LATERAL (SELECT {parts} FROM {odd} OFFSET 0) AS t) AS every),"
        " patterns AS (SELECT DISTINCT blanks FROM met),"
        " masks AS (SELECT a.blanks, a.blanks | b.blanks AS mask, bit_or(1 << b.blanks) AS wanted"
        " FROM patterns AS a CROSS JOIN patterns AS b GROUP BY 1, 2),"
        " compared AS (SELECT row_index, blanks, mask, wanted, count(*) OVER alike AS row_count,"
        " bit_or(1 << blanks) OVER alike AS present FROM met JOIN masks USING (blanks)"
        " WINDOW alike AS (PARTITION BY mask, {keys}, {unmasked}))"
        " SELECT count(DISTINCT row_index), min(row_index) FROM compared WHERE row_index IS NOT NULL"
        " AND CASE WHEN blanks = mask THEN row_count > 1 ELSE wanted & present <> 0 END",
        layout,
        lists=Sql(", ".join(f"%({key})s::text[]" for key in keys)),
        missing=_missing(layout, are_some_stored=are_some_stored),
        blanks=Sql(" | ".join(f"(({part} = '')::int << {at})" for at, part in enumerate(parts))),
        unmasked=Sql(", ".join(f"CASE WHEN mask & {1 << at} = 0 THEN {part} END" for at, part in enumerate(parts))),
    )


@lru_cache
def nearest_sql(layout: Layout) -> str:
    """Find what is near to the row at an index: the oldest stored row, and the first row of the array."""
    return formatted(
        "WITH f AS MATERIALIZED (SELECT s.row_index, {own_keys}, {own_parts} FROM {stage} AS s"
        " WHERE row_index = %(row_index)s)"
        " SELECT (SELECT min(t.id) FROM f CROSS JOIN LATERAL {alike} AS t WHERE {are_near}),"
        " (SELECT min(t.row_index) FROM f JOIN (SELECT s.row_index, {own_keys}, {own_parts} FROM {stage} AS s) AS t"
        " USING ({keys}) WHERE t.row_index <> f.row_index AND {are_near})",
        layout,
    )


def _missing(layout: Layout, *, are_some_stored: bool) -> sql.Composed:
    """If some staged rows are stored, restrict to those that are not."""
    condition = " WHERE NOT EXISTS (SELECT FROM {} AS m WHERE m.row_index = s.row_index)" if are_some_stored else ""
    return Sql(condition).format(layout.matches)


def _parts(layout: Layout) -> list[str]:
    """The parts of the identity that may be blank."""
    return [column for column in layout.model.IDENTITY if column not in layout.model.REQUIRED_IDENTITY]


def _names(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{at}" for at in range(count)]


def formatted(query: str, layout: Layout, **pieces: sql.Composable) -> str:
    """Return a query with the pieces that such a search is made of, and those that are given.

    Of a row `s`: {own_keys}, its keys as {keys}, and {own_parts}, its other parts by spelling. Beside a row `f` that
    has both: {plain} and {odd}, the stored rows `t` with its keys that are spelt as them, and otherwise; {alike}, both
    with their {parts}, to be joined LATERAL; {are_near}, whether `f` and `t` agree in the other parts. OFFSET prevents
    the planner, which knows little of new rows, from comparing all with all.
    """
    required, parts = layout.model.REQUIRED_IDENTITY, _parts(layout)
    is_odd = Sql(" OR ").join(
        Sql("t.{}::text ~ {}").format(sql.Identifier(column), sql.Literal(ODD_SPELLING)) for column in required
    )
    plain, of_rows = _probe(layout, Sql("t.{column} = f.{key}")), _spelling_keys("t", parts, "p")
    odd = Sql("{} AND ({})").format(_probe(layout, Sql("{spelling} = f.{key}")), is_odd)
    alike = "(SELECT t.*, {parts} FROM {plain} UNION ALL SELECT t.*, {parts} FROM {odd} OFFSET 0)"
    are_near = (f"(t.{part} = f.{part} OR t.{part} = '' OR f.{part} = '')" for part in _names("p", len(parts)))
    common = {
        "stage": layout.stage,
        "matches": layout.matches,
        "table": layout.table,
        "hidden": account_of_ids(),
        "keys": Sql(", ".join(_names("k", len(required)))),
        "own_keys": _spelling_keys("s", required, "k"),
        "own_parts": _spelling_keys("s", parts, "p"),
        "parts": of_rows,
        "plain": plain,
        "odd": odd,
        "alike": Sql(alike).format(parts=of_rows, plain=plain, odd=odd),
        "are_near": Sql(" AND ".join(are_near)),
    }
    return Sql(query).format(**common | pieces).as_string()


def _probe(layout: Layout, condition: sql.SQL) -> sql.Composed:
    """Stored rows `t` of the account whose required parts meet the keys of `f`."""
    conditions = [
        condition.format(column=sql.Identifier(column), spelling=_spelling_key("t", column), key=Sql(f"k{at}"))
        for at, column in enumerate(layout.model.REQUIRED_IDENTITY)
    ]
    return Sql("{table} AS t WHERE t.account_id = %(account)s::bigint AND {conditions}").format(
        table=layout.table, conditions=Sql(" AND ").join(conditions)
    )


def _spelling_keys(alias: str, columns: list[str] | tuple[str, ...], prefix: str) -> sql.Composed:
    keys = [
        Sql("{} AS {}").format(_spelling_key(alias, column), Sql(f"{prefix}{at}")) for at, column in enumerate(columns)
    ]
    return Sql(", ").join(keys)


def _spelling_key(alias: str, column: str) -> sql.SQL:
    return Sql(SpellingKey.template % {"expressions": sql.Identifier(alias, column).as_string()})
