"""What one key may have under way at the same time, whichever process, thread or host its requests come to.

A slot is a lock of the transaction in which the work is done, so that whatever ends the work frees it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction
from rest_framework.exceptions import APIException

from apiauth.models import ApiKey
from config.database.locks import try_any_lock


class TooManyFiles(APIException):
    """The key has as many files under way as it may."""

    status_code = 429
    wait = 5

    def __init__(self) -> None:
        message = (
            f"This key has {settings.FILES_AT_ONCE} files under way, which is the most at the same time. "
            "Take those to their end, or close their connections, and ask again."
        )
        super().__init__(message)
        self.problem_members = {"errors": [{"code": "too_many_files", "message": message}]}


def acquire_slot(name: str, most: int) -> bool:
    """Take one of the slots of this name until the transaction ends; return whether one was free."""
    return try_any_lock(f"slot:{name}:", most)


@contextmanager
def slot_of_file(key: ApiKey | None) -> Iterator[None]:
    """Hold one of the FILES_AT_ONCE of a key until the block ends; raises TooManyFiles. Staff, without one, hold none.

    The block is a transaction.
    """
    if key is None:
        yield
        return
    with transaction.atomic():
        if not acquire_slot(f"file:{key.pk}", settings.FILES_AT_ONCE):
            raise TooManyFiles
        yield
