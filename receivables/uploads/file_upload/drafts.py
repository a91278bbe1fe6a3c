"""Files that staff uploaded, stored until they confirm what the upload would do, and no longer than a day."""

from contextlib import AbstractContextManager
from typing import IO

from django.db import transaction

from receivables.uploads.models import BodyPart, Draft, DraftQuerySet
from receivables.uploads.reading.bodies import chunks_of
from receivables.uploads.worker.queued_uploads import compressed, decompressed, written


def store_file(draft: Draft, file: IO[bytes]) -> None:
    draft.file_parts.store(map(compressed, chunks_of(file)))


def file_of(draft: Draft) -> AbstractContextManager[IO[bytes]]:
    """The file as it was uploaded."""
    return written(map(decompressed, draft.file_parts.contents()))


def forget(drafts: DraftQuerySet) -> None:
    """Delete drafts with their files, and the bodies of their previews; confirmed uploads stay."""
    with transaction.atomic():
        BodyPart.objects.filter(upload__draft__in=drafts).delete()
        drafts.delete()


def forget_expired() -> None:
    forget(Draft.objects.expired())
