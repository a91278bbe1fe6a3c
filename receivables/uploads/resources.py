"""What a feed brings, and what is counted of an upload, for all that store, send or show it.

One more count is an entry here, a field of the model and its value in the session of an upload.
"""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Resource(models.TextChoices):
    INVOICES = "invoices", _("invoices")
    CUSTOMERS = "customers", _("customers")


@dataclass(frozen=True)
class Count:
    """A count by its name on the wire, with its title and its variant of the theme, where people see it."""

    name: str
    title: Any = ""
    variant: str = "plain"
    help_text: str = ""

    @property
    def column(self) -> str:
        return f"{self.name}_count"

    def of(self, upload: Any) -> int:
        return int(getattr(upload, self.column))


RECEIVED = Count("received", _("Received"))
# What happened to the rows; the sum of these is what was received.
OUTCOMES = (
    Count("created", _("Created"), "success"),
    Count("updated", _("Updated"), "info"),
    Count("unchanged", _("Unchanged")),
    Count("rejected", _("Rejected"), "danger", help_text="Rows that were not stored."),
)
INVALID = Count("invalid", help_text="Rows with an error of their own.")
# Items, not rows: those that a full load closed are in none, and those that opened again are among the updated.
MOVED = (
    Count("closed", _("Closed"), "warning", help_text="Items that its full load no longer had, and that it closed."),
    Count("reopened", _("Reopened"), "info", help_text="Items among the updated that were closed before."),
)
COUNTS = (RECEIVED, *OUTCOMES, INVALID, *MOVED)
