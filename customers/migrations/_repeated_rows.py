"""Rows that are one item by the identity of today, and were two when a customer's number was taken as it was written."""

import logging
from typing import Any

from django.db import transaction

logger = logging.getLogger(__name__)

# At least one of such rows was padded with zeros. The one that changed last stays, as of an item sent twice.
FIND = """
CREATE TEMPORARY TABLE repeated ON COMMIT DROP AS SELECT id, kept_id FROM (
    SELECT id, first_value(id) OVER (PARTITION BY {identity} ORDER BY updated_at DESC, id DESC) AS kept_id
    FROM {table}
) AS ranked WHERE id <> kept_id
"""
MOVE_HISTORY = "UPDATE {table}change AS entry SET {row}_id = kept_id FROM repeated WHERE entry.{row}_id = repeated.id"
# What the other rows said stays in the history of the one that stays, as if its last upload had changed it.
NOTE_DIFFERENCES = """
INSERT INTO {table}change ({row}_id, upload_id, staff_username, changed_at, changes)
SELECT kept.id, kept.last_upload_id, '', kept.updated_at, (
    SELECT jsonb_object_agg(key, jsonb_build_array(before.value, after.value))
    FROM jsonb_each(to_jsonb(other)) AS before JOIN jsonb_each(to_jsonb(kept)) AS after USING (key)
    WHERE before.value <> after.value
    AND key NOT IN ('id', 'last_upload_id', 'created_at', 'updated_at', 'customer_number_key', 'open_amount')
)
FROM repeated JOIN {table} AS other USING (id) JOIN {table} AS kept ON kept.id = repeated.kept_id
WHERE kept.last_upload_id IS NOT NULL AND other.customer_number <> kept.customer_number
"""
DELETE = "DELETE FROM {table} AS other USING repeated WHERE other.id = repeated.id"


def merge_repeated_rows(schema_editor: Any, table: str, row: str, identity: str) -> None:
    """Make one row of those that have the same identity, columns separated by commas. Harmless where there are none."""
    statements = [text.format(table=table, row=row, identity=identity) for text in (FIND, MOVE_HISTORY, NOTE_DIFFERENCES)]
    connection = schema_editor.connection
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        cursor.execute(DELETE.format(table=table))
        if cursor.rowcount:
            logger.warning(
                "%s: %d rows differed from another by the zeros before the customer's number alone. Each was merged into "
                "the one that changed last; what it said is in the history of that.",
                table,
                cursor.rowcount,
            )
