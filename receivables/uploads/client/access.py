"""A sender's access to a server: its address, or that of an upload to it; and the secret half of a key pair."""

import os
import re
import stat
import sys
import warnings
from getpass import GetPassWarning, getpass
from ipaddress import ip_address
from pathlib import Path

import httpx

from receivables.uploads.client.failures import SendingFailed

NO_ADDRESS = "The address is none of a server. Write it as in https://receivables.example.com."
_OF_THE_API = re.compile(r"/+jsonApi(/+upload(/+(?P<resource>[^/]+))?)?/*\Z")


class Address:
    """An address up to the API's own paths; `resource` is what the address of an upload names, else empty.

    Raises SendingFailed for what is no address, or has a secret in it.
    """

    def __init__(self, written: str):
        url = _parsed(written.strip())
        of_the_api = _OF_THE_API.search(url.path)
        self.resource = (of_the_api["resource"] or "") if of_the_api else ""
        path = url.path[: of_the_api.start()] if of_the_api else url.path
        self.url = url.copy_with(path=path.rstrip("/") or "/")
        self.text = str(self.url).rstrip("/")

    @property
    def is_this_machine(self) -> bool:
        try:
            return ip_address(self.url.host).is_loopback
        except ValueError:
            return self.url.host == "localhost"

    @property
    def is_readable_on_the_way(self) -> bool:
        """Whether the secret would travel in the clear."""
        return self.url.scheme == "http" and not self.is_this_machine


def _parsed(written: str) -> httpx.URL:
    try:
        url = httpx.URL(written)
    except httpx.InvalidURL:  # it may quote a password
        raise SendingFailed(NO_ADDRESS) from None
    if url.scheme not in ("http", "https") or not url.host:
        raise SendingFailed(NO_ADDRESS)
    if url.userinfo or url.query or url.fragment:
        raise SendingFailed("The address of a server has no login, query or fragment in it. Leave them out.")
    return url


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
