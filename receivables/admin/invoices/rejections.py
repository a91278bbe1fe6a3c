"""Rows of an invoice's identity that uploads did not take. Uploads know them, and say so here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from receivables.models import Invoice


@dataclass(frozen=True)
class Rejection:
    """A row that was not taken: by which upload, when, its place as people count it, and what was wrong with it."""

    upload_id: UUID
    rejected_at: datetime
    place: int
    errors: list[str]


providers: list[Callable[[Invoice], list[Rejection]]] = []


def rejections_of(invoice: Invoice) -> list[Rejection]:
    """Return the latest rejections of rows that name this invoice, newest first."""
    found = [rejection for provider in providers for rejection in provider(invoice)]
    return sorted(found, key=lambda rejection: rejection.rejected_at, reverse=True)
