"""How far an upload is that a worker ingests, shown while it goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from receivables.uploads.models import State, Upload
from receivables.uploads.session import UploadSession

PROGRESS_SECONDS = 0.5


@contextmanager
def showing_progress(session: UploadSession) -> Iterator[None]:
    """Write the progress into the upload's row from a thread, whose connection is not in the upload's transaction."""
    ended = Event()
    thread = Thread(target=_show_progress, args=[session, ended], daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _show_progress(session: UploadSession, ended: Event) -> None:
    shown: dict[str, Any] = {}
    try:
        while True:
            current = session.progress.as_counts()
            if current != shown and _write_progress(session.account.pk, session.id, current):
                shown = current
            if ended.wait(PROGRESS_SECONDS):
                return
    finally:
        connection.close()


@transaction.atomic
def _write_progress(account_id: int, upload_id: UUID, counts: dict[str, int]) -> bool:
    """Write the counts, unless the upload is being closed: its row is locked then, and must not be waited for."""
    unfinished = Upload.objects.filter(account=account_id, pk=upload_id).exclude(state=State.FINISHED)
    is_free = unfinished.select_for_update(skip_locked=True).first() is not None
    return is_free and bool(unfinished.update(state=State.RUNNING, **counts))
