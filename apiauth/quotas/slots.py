"""What one key may have under way at the same time, whichever process, thread or host its requests come to.

A slot is a lock of the transaction in which the work is done, so that whatever ends the work frees it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction

from apiauth.models import ApiKey
from config.api.problems import TooManyRequests
from config.database.locks import try_any_lock


@contextmanager
def slot_of_file(key: ApiKey | None) -> Iterator[None]:
    """Hold one of the FILES_AT_ONCE of a key until the block ends, which is a transaction; raises TooManyRequests.

    Staff, who have no key, hold none.
    """
    if key is None:
        yield
        return
    with transaction.atomic():
        if not try_any_lock(f"slot:file:{key.pk}:", settings.FILES_AT_ONCE):
            message = (
                f"This key has {settings.FILES_AT_ONCE} files under way, which is the most at the same time. "
                "Take those to their end, or close their connections, and ask again."
            )
            raise TooManyRequests(code="too_many_files", message=message, wait=5, ending="")
        yield
