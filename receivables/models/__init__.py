"""What is owed, what staff say of it, and what it adds up to."""

from receivables.models.account_figures import AccountFigures, OpenBalance, OverdueBalance
from receivables.models.invoices import (
    OPEN,
    WORDS,
    ClosedReason,
    Invoice,
    InvoiceChange,
    InvoiceQuerySet,
    overdue,
    today,
)
from receivables.models.notes_and_tags import InvoiceNote, InvoiceTag, Tag

__all__ = [
    "OPEN",
    "WORDS",
    "AccountFigures",
    "ClosedReason",
    "Invoice",
    "InvoiceChange",
    "InvoiceNote",
    "InvoiceQuerySet",
    "InvoiceTag",
    "OpenBalance",
    "OverdueBalance",
    "Tag",
    "overdue",
    "today",
]
