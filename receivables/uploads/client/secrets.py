"""The secret half of a key pair: from a file, from the environment, or typed at the terminal."""

import os
import stat
import sys
import warnings
from getpass import GetPassWarning, getpass
from pathlib import Path

from receivables.uploads.client.failures import SendingFailed

SECRET = "RECEIVABLES_API_SECRET"  # noqa: S105 - the variable's name
READABLE_BY_OTHERS = 0o077


def secret_of_sender(file: Path | None) -> str:
    """Return the secret. Raises SendingFailed where it is missing, or others can read its file."""
    return _of_file(file) if file else os.environ.get(SECRET, "").strip() or _typed()


def _of_file(path: Path) -> str:
    try:
        with path.open() as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & READABLE_BY_OTHERS:
                raise SendingFailed(f"--secret-file {path}: others can read it. Run: chmod 600 {path}")
            secret = file.read().strip()
    except UnicodeDecodeError:
        raise SendingFailed(f"--secret-file {path}: it is no text. Put the secret alone into it.") from None
    except OSError as error:
        raise SendingFailed(f"--secret-file {path}: {error.strerror}.") from None
    if not secret:
        raise SendingFailed(f"--secret-file {path}: it is empty. Put the secret into it.")
    return secret


def _typed() -> str:
    """Ask for the secret at the terminal, where it is not shown."""
    if not (sys.stdin.isatty() or sys.stderr.isatty()):
        raise SendingFailed(f"There is no secret, and no terminal to ask for it. Set {SECRET}, or use --secret-file.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", GetPassWarning)  # it would be shown
            return getpass("API secret: ").strip()
    except (EOFError, GetPassWarning):
        raise SendingFailed(f"No secret was given at the terminal. Type it there, or set {SECRET}.") from None
