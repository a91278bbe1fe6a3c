"""Steps, run one after another and said line by line."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError, transaction
from psycopg.errors import LockNotAvailable

from apiauth.distribution.steps import Step

LOCK_SECONDS = 10  # whoever comes later waits behind one that waits


def run_steps(connection: Any, steps: Iterable[Step], say: Callable[[str], Any]) -> None:
    """Run each in a transaction of its own; what is done stays done. Raises CommandError, which names the remedy."""
    for step in steps:
        started = time.monotonic()
        try:
            with transaction.atomic(connection.alias), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'; SET LOCAL statement_timeout = 0")
                step.run(cursor)
        except DatabaseError as error:
            raise CommandError(f"Not done: {step.text}. {_reason(error)}") from error
        say(f"{step.text} ({time.monotonic() - started:.1f} s)")


def _reason(error: DatabaseError) -> str:
    again = "All that is said above is done; run the command again for the rest."
    if isinstance(error.__cause__, LockNotAvailable):
        return f"The table was in use for {LOCK_SECONDS} s: stop the servers and workers of the service. {again}"
    return f"The database says: {str(error).strip()}. {again}"
