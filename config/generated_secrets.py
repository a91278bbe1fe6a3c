"""Secrets made once on a machine that was given none."""

import os
import secrets
from pathlib import Path

from config.var_dir import usable


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
