"""Rows that an undo left as they are, for what came later."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apiauth.models import OfAccount, account_of_parent


class SkipReason(models.TextChoices):
    CHANGED = "changed", _("changed by a later upload")
    CONTAINED = "contained", _("contained in a later full load")
    CREATED = "created", _("a created customer, which stays")


class SkippedRow(OfAccount):
    """A row that an undo left as it is, and the later upload because of which it did."""

    account = account_of_parent()
    undo_id = models.UUIDField(help_text="The undo.")
    row_id = models.BigIntegerField(help_text="An invoice, or a customer.")
    reason = models.CharField(max_length=16, choices=SkipReason)
    upload_id = models.UUIDField()

    class Meta(OfAccount.Meta):
        default_permissions = ()
        constraints = [
            *OfAccount.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "undo_id", "row_id"], name="%(app_label)s_%(class)s_unique_undo_row"
            ),
        ]

    def __str__(self) -> str:
        return f"row {self.row_id} skipped by {self.undo_id}"
