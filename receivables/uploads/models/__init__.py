"""Uploads and what they leave: receipts, rejected rows, bodies that wait, and files of staff."""

from receivables.uploads.models.drafts import BodyPart, ColumnMapping, Draft, DraftQuerySet, FilePart
from receivables.uploads.models.load_requests import LoadRequest
from receivables.uploads.models.loads import (
    EFFECTIVE,
    Fate,
    Form,
    FullLoad,
    LoadedCode,
    LoadState,
    MissingItem,
    ProtectedIdentity,
    SeenItems,
)
from receivables.uploads.models.rejected_rows import RejectedBytes, RejectedRow
from receivables.uploads.models.renumbering import RenumberingPass
from receivables.uploads.models.skipped_rows import SkippedRow, SkipReason
from receivables.uploads.models.uploads import (
    Kind,
    Outcome,
    PaddedFeed,
    State,
    Upload,
    last_uploads,
)

__all__ = [
    "EFFECTIVE",
    "BodyPart",
    "ColumnMapping",
    "Draft",
    "DraftQuerySet",
    "Fate",
    "FilePart",
    "Form",
    "FullLoad",
    "Kind",
    "LoadRequest",
    "LoadState",
    "LoadedCode",
    "MissingItem",
    "Outcome",
    "PaddedFeed",
    "ProtectedIdentity",
    "RejectedBytes",
    "RejectedRow",
    "RenumberingPass",
    "SeenItems",
    "SkipReason",
    "SkippedRow",
    "State",
    "Upload",
    "last_uploads",
]
