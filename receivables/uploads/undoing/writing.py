"""The statements that take back: the history is written first, and the rows by it.

Rows that stay as they are were noted before, so that all the statements leave out the same ones.
"""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from psycopg import sql

from config.database.planning import account_of_ids
from receivables.models import ClosedReason
from receivables.uploads.models import Kind
from receivables.uploads.storing.merge import Author, RowsVanished
from receivables.uploads.storing.staging import names
from receivables.uploads.undoing.fate_sql import IS_RESTORING, MODELS, OF_SOURCES, names_of
from receivables.uploads.undoing.fates import parameters
from receivables.uploads.undoing.targets import Step, Target

_IS_SKIPPED = (
    "EXISTS (SELECT FROM uploads_skippedrow AS s"
    " WHERE s.account_id = %(account)s AND s.undo_id = ANY(%(skipping)s) AND s.row_id = {row})"
)
_COLUMNS = "SELECT DISTINCT jsonb_object_keys(c.changes)" + OF_SOURCES
_ENTRIES = "SELECT c.{row_id} AS row_id, c.changes" + OF_SOURCES + " AND NOT {is_skipped}"
_ENTRIES_OF_MANY = f"""
SELECT row_id, jsonb_object_agg(d.key, d.value ORDER BY changed_at DESC) AS changes FROM (
    SELECT c.{{row_id}} AS row_id, c.changed_at, c.changes, rank() OVER (PARTITION BY c.{{row_id}}
        ORDER BY {IS_RESTORING} DESC, CASE WHEN {IS_RESTORING} THEN c.changed_at END DESC) AS rank
    {OF_SOURCES} AND NOT {{is_skipped}}
) AS c CROSS JOIN LATERAL jsonb_each(c.changes) AS d WHERE rank = 1 GROUP BY 1
"""  # noqa: S608 - our own texts
_NOTE = (
    "INSERT INTO {history} (account_id, {row_id}, upload_id, staff_username, changed_at, undone_by, {before}changes)"
    " SELECT t.account_id, t.id, %(undo)s, '', %(now)s, %(undo)s, {was}"
)
_OF_EARLIER = (
    "('{{' || concat_ws(',', {differences}) || '}}')::jsonb"
    " FROM ({entries}) AS e JOIN {table} AS t ON t.account_id = {account} AND t.id = e.row_id"
    " WHERE {is_different}{of_old}"
)
# Of parts that changed a row to and fro, nothing is written. Whatever else was changed is noted although it may be the
# same by now: what goes and comes again in between would not be known.
_DIFFERENT = "ROW({stored}) IS DISTINCT FROM ROW({earlier})"
_OLD = " AND (t.created_upload_id IS NULL OR t.created_upload_id <> ALL(%(rows)s))"
_DIFFERENCE = "CASE WHEN {is_different} THEN {key} || jsonb_build_array({stored}, {earlier})::text END"
_IS_CHANGED = "e.changes ? {column}"
_OF_CREATED = (
    "jsonb_build_object('closed_at', jsonb_build_array(NULL, %(now)s::timestamptz),"
    " 'closed_by', jsonb_build_array(NULL, %(undo)s::uuid), 'closed_reason', jsonb_build_array('', {withdrawn}))"
    " FROM {table} AS t WHERE t.account_id = %(account)s AND abs(t.account_id) > 0 AND t.updated_at >= %(began)s"
    " AND t.created_upload_id = ANY(%(rows)s) AND t.closed_at IS NULL AND NOT {is_skipped_row}"
)
_WRITE = (
    "UPDATE {table} AS t SET {values}, updated_at = %(now)s, last_upload_id = %(undo)s FROM {history} AS c"
    " WHERE c.account_id = %(account)s AND c.changed_at = %(now)s AND c.upload_id = %(undo)s"
    " AND t.account_id = {account} AND t.id = c.{row_id}"
)
_VALUE = "({entry}.changes -> {key} ->> {at})::{type}"
_MARK = """
UPDATE {history} AS c SET undone_by = {new_mark}
WHERE c.account_id = %(account)s AND c.changed_at = ANY(%(marked_at)s) AND c.upload_id = ANY(%(marked)s)
    AND {is_marked} AND NOT {is_skipped}
"""
_COUNTS = "(c.undone_by IS NULL OR c.undone_by = c.upload_id)"
_OWN_MARK = "CASE WHEN c.upload_id = ANY(%(undos)s) THEN c.upload_id END"
CLOSING = ("closed_at", "closed_by", "closed_reason")


class Writer:
    """Writes what an undo does to the rows of a target. The lock must be held, and the rows that stay be noted."""

    def __init__(self, cursor: Any, target: Target, author: Author):
        self.cursor, self.target, self.author = cursor, target, author
        self.model = MODELS[target.resource]
        self.types = {field.column: field.db_type(connection) for field in self.model._meta.local_concrete_fields}
        self.parameters = parameters(target) | {"undo": author.upload, "now": author.moment}
        self.parameters["skipping"] = [*self.parameters["undos"], author.upload]
        self.parts = self._parts()

    def _parts(self) -> dict[str, sql.Composable]:
        parts = names_of(self.target.resource)
        before = getattr(self.model._meta.get_field("changes").related_model, "BEFORE", ())
        return parts | {
            "is_skipped": sql.SQL(_IS_SKIPPED).format(row=sql.SQL("c.{row_id}").format(**parts)),
            "is_skipped_row": sql.SQL(_IS_SKIPPED).format(row=sql.SQL("t.id")),
            "account": account_of_ids(),
            "before": sql.SQL("valid_from, {}, ").format(names(before)) if before else sql.SQL(""),
            "was": sql.SQL("t.updated_at, {}, ").format(names(before, "t")) if before else sql.SQL(""),
        }

    def write(self) -> None:
        """Bring the rows back. Raises RowsVanished where some are gone."""
        columns = self._columns()
        noted = self._note_earlier(columns) if columns else 0
        if self.target.withdraws:
            noted += self._note_withdrawn()
            columns = sorted({*columns, *CLOSING})
        if noted and self._write(columns) != noted:
            raise RowsVanished("rows were deleted while they were taken back")
        for step in self.target.steps(self.author.upload):
            self._mark(step)

    def _columns(self) -> list[str]:
        """Return the columns that were changed."""
        self._execute(_COLUMNS)
        return sorted(column for (column,) in self.cursor.fetchall() if column in self.types)

    def _note_earlier(self, columns: list[str]) -> int:
        """Note of what was changed, and is to be as before, what it is now."""
        earlier = {column: self._value(column, "e", 0) for column in columns}
        is_of_one = len(self.parameters["sources"]) == 1
        entries = sql.SQL(_ENTRIES if is_of_one else _ENTRIES_OF_MANY).format(**self.parts)
        parts = {"stored": names(columns, "t"), "earlier": sql.SQL(", ").join(earlier.values())}
        return self._execute(
            _NOTE + _OF_EARLIER,
            {
                "entries": entries,
                "differences": sql.SQL(", ").join(self._difference(*each) for each in earlier.items()),
                "is_different": sql.SQL(_DIFFERENT).format(**parts) if self.target.has_parts else sql.SQL("true"),
                "of_old": sql.SQL(_OLD if self.target.withdraws else ""),
            },
        )

    def _difference(self, column: str, earlier: sql.Composed) -> sql.Composed:
        parts = {"stored": sql.Identifier("t", column), "earlier": earlier}
        is_changed = sql.SQL(_IS_CHANGED).format(column=sql.Literal(column))
        is_different = sql.SQL(_DIFFERENT).format(**parts) if self.target.has_parts else is_changed
        return sql.SQL(_DIFFERENCE).format(is_different=is_different, key=sql.Literal(f'"{column}":'), **parts)

    def _note_withdrawn(self) -> int:
        """Note the closing of what was created. What an undo before closed is closed."""
        return self._execute(_NOTE + _OF_CREATED, {"withdrawn": sql.Literal(ClosedReason.WITHDRAWN.value)})

    def _write(self, columns: list[str]) -> int:
        """Write the rows as the entries of this undo say."""
        values = [sql.SQL("{} = {}").format(sql.Identifier(column), self._value(column, "c", 1)) for column in columns]
        return self._execute(_WRITE, {"values": sql.SQL(", ").join(values)})

    def _mark(self, step: Step) -> None:
        before, after = ("c.undone_by = %(mark)s", _OWN_MARK) if step.counts_again else (_COUNTS, "%(mark)s")
        self._execute(
            _MARK,
            {"is_marked": sql.SQL(before), "new_mark": sql.SQL(after)},
            mark=step.mark,
            marked=[each.pk for each in step.uploads],
            marked_at=[each.merged_at for each in step.uploads],
            undos=[each.pk for each in step.uploads if each.kind == Kind.UNDO],
        )

    def _value(self, column: str, entry: str, position: int) -> sql.Composed:
        """What a column is before an entry of the history (position 0), or after it (1)."""
        value = "nullif({entry}.changes -> {key} -> {at}, 'null')" if self.types[column] == "jsonb" else _VALUE
        parts = {"key": sql.Literal(column), "at": sql.Literal(position), "type": sql.SQL(self.types[column])}
        return sql.SQL(f"CASE WHEN {{entry}}.changes ? {{key}} THEN {value} ELSE {{stored}} END").format(
            entry=sql.SQL(entry), stored=sql.Identifier("t", column), **parts
        )

    def _execute(self, statement: str, parts: Mapping[str, sql.Composable] = {}, **parameters: Any) -> int:
        """Execute a statement; return how many rows it wrote."""
        query = sql.SQL(statement).format(**self.parts, **parts)
        self.cursor.execute(query, self.parameters | parameters)
        return int(self.cursor.rowcount)
