"""What every table of imported rows has."""

from datetime import datetime
from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models.functions import Now

from apiauth.models import LISTED, Account, OfAccount, account_of_parent, within_account
from config.api.exact_json import ExactJSONDecoder
from customers.imported.as_of import put_back
from customers.imported.numbers import NumberKey, number_key

Row = TypeVar("Row", bound=models.Model)


class ImportedQuerySet(models.QuerySet[Row]):
    moment: datetime | None = None  # that the rows are of; None of rows as they are

    def of_account(self, account: Account | int) -> Self:
        """Rows of an account, for a list."""
        return self.filter(LISTED, account=account)

    def at(self, moment: datetime | None, *, for_sums: bool = False) -> Self:
        """Rows as they were at a moment, with all columns; as they are, where there is none. To be called first.

        Those `for_sums` have `id` and what the history has without JSON (`BEFORE`): a whole account is then added up as
        fast as today's.
        """
        if moment is None:
            return self
        found: Self = put_back(self, moment, for_sums=for_sums)
        found.moment = moment
        return found

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone.moment = self.moment
        return clone

    def numbered(self, customer_number: str) -> Self:
        """Rows of a customer number, padded with zeros or not."""
        return self.filter(customer_number_key=number_key(customer_number))


class ImportedRow(OfAccount):
    """A row as the feed last described it; an absent text is empty. A row belongs to an `account`."""

    # What identifies a row within its account, and what is never blank of it. A number is the same customer padded with
    # zeros or not.
    IDENTITY: ClassVar[tuple[str, ...]]
    REQUIRED_IDENTITY: ClassVar[tuple[str, ...]]

    company_code = models.CharField(max_length=32, blank=True)
    customer_number = models.CharField(max_length=64)
    customer_number_key = models.GeneratedField(
        expression=NumberKey(models.F("customer_number")), output_field=models.TextField(), db_persist=True
    )
    extra = models.JSONField(
        default=dict,
        blank=True,
        decoder=ExactJSONDecoder,
        help_text="What the feed sent under keys the contract lacks.",
    )
    # The upload that last changed the row. No foreign key: uploads know the rows, not the other way round.
    last_upload_id = models.UUIDField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta(OfAccount.Meta):
        abstract = True


def of_one_account(*fields: str, name: str, **where: Any) -> models.Index:
    """An index for lists of one account's rows; with `where`, of those alone that meet it."""
    return models.Index(fields=["account", *fields], name=name, condition=LISTED & models.Q(**where))


class Change(OfAccount):
    """Columns of a row that an upload or a member of staff changed: {"column": [before, after], ...}.

    A row's model has its changes under `changes`. Creating a row is no change.

    What is taken back stays in the history. `undone_by` is the undo that an entry does not count because of: of an
    entry that was taken back, and of one that took others back, itself. Entries without it are what made the row.
    """

    account = account_of_parent()
    # No foreign key: uploads know the rows, not the other way round.
    upload_id = models.UUIDField(null=True, editable=False)
    staff_username = models.CharField(max_length=150, blank=True, editable=False)
    changed_at = models.DateTimeField(db_default=Now(), editable=False)
    changes = models.JSONField(decoder=ExactJSONDecoder, editable=False)
    undone_by = models.UUIDField(null=True, editable=False)

    class Meta(OfAccount.Meta):
        abstract = True
        constraints = [
            *OfAccount.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(upload_id__isnull=False) ^ ~models.Q(staff_username=""),
                name="%(app_label)s_%(class)s_has_one_author",
            ),
        ]

    def __str__(self) -> str:
        return f"{', '.join(self.changes)} at {self.changed_at:%Y-%m-%d %H:%M}"


def changed_row(to: Any, column: str) -> Any:
    """The row that changed. No constraint checks it for every change: the row is updated with it."""
    return within_account(to, column, "changes")
