"""Uploads and what they leave: receipts, rejected rows, bodies that wait, and files of staff."""

from receivables.uploads.models.drafts import DRAFT_LIFETIME, ColumnMapping, Draft, DraftQuerySet, FilePart
from receivables.uploads.models.rejected import PaddedFeed, RejectedBytes, RejectedRow
from receivables.uploads.models.uploads import BodyPart, Outcome, State, Upload, UploadQuerySet, last_upload_of_account

__all__ = [
    "DRAFT_LIFETIME",
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
    "last_upload_of_account",
]
