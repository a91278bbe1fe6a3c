"""Uploads and what they leave: receipts, rejected rows, bodies that wait, and files of staff."""

from receivables.uploads.models.drafts import BodyPart, ColumnMapping, Draft, DraftQuerySet, FilePart
from receivables.uploads.models.uploads import (
    Outcome,
    PaddedFeed,
    RejectedBytes,
    RejectedRow,
    State,
    Upload,
    last_upload_of_account,
)

__all__ = [
    "BodyPart",
    "ColumnMapping",
    "Draft",
    "DraftQuerySet",
    "FilePart",
    "Outcome",
    "PaddedFeed",
    "RejectedBytes",
    "RejectedRow",
    "State",
    "Upload",
    "last_upload_of_account",
]
