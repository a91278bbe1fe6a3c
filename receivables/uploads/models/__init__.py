"""Uploads and what they leave: receipts, rejected rows, bodies that wait, and files of staff."""

from receivables.uploads.models.drafts import DRAFT_KEPT_FOR, ColumnMapping, Draft, DraftQuerySet, FilePart
from receivables.uploads.models.rejected import PaddedFeed, RejectedBytes, RejectedRow
from receivables.uploads.models.uploads import BodyPart, Outcome, State, Upload, UploadQuerySet

__all__ = [
    "DRAFT_KEPT_FOR",
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
    "UploadQuerySet",
]
