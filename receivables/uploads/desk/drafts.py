"""Files that staff chose, kept until they confirm what the upload would do, and no longer than a day."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO

from django.db import transaction

from receivables.uploads.background import IN_MEMORY, compressed, decompressed
from receivables.uploads.codings import CHUNK
from receivables.uploads.feeds.tables import Reading
from receivables.uploads.models import BodyPart, Draft, DraftQuerySet, FilePart


def keep_file(draft: Draft, file: IO[bytes]) -> None:
    file.seek(0)
    for number, chunk in enumerate(iter(partial(file.read, CHUNK), b"")):
        FilePart.objects.create(draft=draft, number=number, content=compressed(chunk))


@contextmanager
def file_of(draft: Draft) -> Iterator[IO[bytes]]:
    """The file as it was chosen; a large one is unpacked into the system's temporary folder."""
    parts = draft.file_parts.order_by("number").values_list("content", flat=True)
    with SpooledTemporaryFile(IN_MEMORY) as file:
        for content in parts.iterator(chunk_size=1):
            file.write(decompressed(bytes(content)))
        file.seek(0)
        yield file


def reading_of(draft: Draft) -> Reading:
    return Reading(draft.encoding, draft.sheet, draft.columns)


def forget(drafts: DraftQuerySet) -> None:
    """Delete drafts with their files, and the bodies that were kept of their previews; what was uploaded stays."""
    with transaction.atomic():
        BodyPart.objects.filter(upload__draft__in=drafts).delete()
        drafts.delete()


def forget_expired() -> None:
    forget(Draft.objects.expired())
