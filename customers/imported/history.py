"""What became of a row: one entry for every time it changed, kept for as long as the row is."""

from typing import Any

from django.db import models
from django.db.models.functions import Now

from config.api.exact_json import ExactJSONDecoder


class Change(models.Model):
    """Columns of a row that an upload or a member of staff changed: {"column": [before, after], ...}.

    A row's model has its changes under `changes`. Creating a row is no change.
    """

    # No foreign key: uploads know the rows, not the other way round.
    upload_id = models.UUIDField(null=True, editable=False)
    staff_username = models.CharField(max_length=150, blank=True, editable=False)
    changed_at = models.DateTimeField(db_default=Now(), editable=False)
    changes = models.JSONField(decoder=ExactJSONDecoder, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(upload_id__isnull=False) ^ ~models.Q(staff_username=""),
                name="%(app_label)s_%(class)s_has_one_author",
            )
        ]

    def __str__(self) -> str:
        return f"{', '.join(self.changes)} at {self.changed_at:%Y-%m-%d %H:%M}"


def changed_row(to: Any) -> "models.ForeignKey[Any, Any]":
    """The column that names the row. No constraint checks it for every change: the row is updated with it."""
    return models.ForeignKey(to, on_delete=models.CASCADE, related_name="changes", db_constraint=False, db_index=False)
