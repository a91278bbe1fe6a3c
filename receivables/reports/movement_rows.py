"""Movements as a query set reads them."""

from typing import Any

from django.apps.registry import Apps
from django.db import models
from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from receivables.money import amount_column


class Kind(models.TextChoices):
    """How an item moved."""

    NEW = "new", _("new")
    REDUCED = "reduced", _("reduced")
    RAISED = "raised", _("raised")
    SETTLED = "settled", _("settled")
    CLOSED = "closed", _("no longer in the full load")
    REOPENED = "reopened", _("reopened")
    WITHDRAWN = "withdrawn", _("withdrawn with its upload")
    CURRENCY = "currency", _("other currency")
    MOVED = "moved", _("transferred")
    OTHER = "other", _("other")


class MovementQuerySet(models.QuerySet["Movement"]):
    def sums(self, *groups: str) -> Any:
        """Return the number of items and the sum of differences of each kind in each group, in order."""
        columns = [*groups, "kind"]
        grouped: Any = self.order_by().values(*columns)
        return grouped.annotate(items=Count("id"), amount=Sum("difference")).order_by(*columns)


class Movement(models.Model):
    """By how much an item moved what is open in a currency. One whose currency changed has two: in the old one, and in
    the new one. `movements` finds them; there is no table of them.
    """

    id = models.BigIntegerField(primary_key=True, help_text="The invoice's.")
    account_id = models.BigIntegerField()
    company_code = models.CharField(max_length=32)
    customer_number = models.CharField(max_length=64)
    customer_number_key = models.TextField()
    invoice_number = models.CharField(max_length=64)
    accounting_doc_number = models.CharField(max_length=64)
    fiscal_year = models.CharField(max_length=16)
    line_item = models.CharField(max_length=32)
    kind = models.CharField(max_length=16, choices=Kind)
    currency = models.CharField(max_length=16)
    difference = amount_column()
    currency_before = models.CharField(max_length=16, null=True)  # noqa: DJ001 - null where it was not there
    open_before = amount_column(null=True)
    currency_after = models.CharField(max_length=16)
    open_after = amount_column(null=True)
    moved_from_id = models.BigIntegerField(null=True, help_text="The invoice that it was before.")
    created_upload_id = models.UUIDField(null=True)

    objects = MovementQuerySet.as_manager()

    class Meta:
        apps = Apps()  # none of the project's tables: no migration makes it
        app_label = "receivables"
        db_table = "movements"

    def __str__(self) -> str:
        return f"{self.invoice_number}: {self.kind}"
