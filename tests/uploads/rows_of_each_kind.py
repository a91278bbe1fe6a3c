"""A row of each kind, beside two that are stored; and the counts of a receipt."""

from tests.factories import invoice_row

COUNTS = ["received", "created", "updated", "unchanged", "rejected", "invalid"]
STORED = [invoice_row(invoiceNumber=number, status="open") for number in ("stored", "other")]
NEW = invoice_row(invoiceNumber="new")
CHANGED = invoice_row(invoiceNumber="stored", status="paid")
BAD = invoice_row(invoiceNumber="bad", dueDate="soon")
