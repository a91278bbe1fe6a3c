"""What every table of imported rows has."""

from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models.functions import Now

from apiauth.models import Account
from config.api.exact_json import ExactJSONDecoder
from customers.imported.numbers import NumberKey, number_key

Row = TypeVar("Row", bound=models.Model)


class ImportedQuerySet(models.QuerySet[Row]):
    def of_account(self, account: Account) -> Self:
        return self.filter(account=account)

    def numbered(self, customer_number: str) -> Self:
        """Rows of a customer number, padded with zeros or not."""
        return self.filter(customer_number_key=number_key(customer_number))


class ImportedRow(models.Model):
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

    class Meta:
        abstract = True


def account_of_row(related_name: str) -> "models.ForeignKey[Any, Any]":
    """The column that names the account; every index that leads to rows begins with it."""
    return models.ForeignKey(Account, on_delete=models.PROTECT, related_name=related_name, db_index=False)


def of_one_account(*fields: str, name: str, **where: Any) -> models.Index:
    """An index for queries of one account's rows; with `where`, of those alone that meet it.

    Every account's id is above zero, which PostgreSQL knows of the one that a list names. Of the one that an upload's
    look-up hides it does not, and so cannot take this index for that of identities: in a young table it would, for
    any of them seems to lead to one row.
    """
    return models.Index(fields=["account", *fields], name=name, condition=models.Q(account__gt=0, **where))


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
