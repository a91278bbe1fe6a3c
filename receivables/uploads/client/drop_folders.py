"""A folder that files are dropped into: which of them are to be sent, and where they go then.

Files are in the folder itself or in its subfolders `invoices` and `customers`. A file that was sent is moved to the
subfolder of its outcome, `sent`, `partly`, `withheld` or `refused`, with the answer beside it:

    night.csv  night.csv.receipt.json  night.csv.receipt.txt  night.csv.rejected.json
"""

import errno
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from hashlib import file_digest, sha256
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

from receivables.uploads.client.exit_codes import ExitCode
from receivables.uploads.client.failures import SendingFailed
from receivables.uploads.resources import Resource

LOCK = ".send_feed.lock"
LONGEST_NAME = 200  # bytes; most file systems take 255, and receipts are called after their file
TARGETS = {
    ExitCode.ACCEPTED: "sent",
    ExitCode.PARTIAL: "partly",
    ExitCode.WITHHELD: "withheld",
    ExitCode.REFUSED: "refused",
}
OWN_FOLDERS = (*TARGETS.values(), *Resource.values)
SENT_AGAIN_FROM = ("partly", "withheld", "refused")
RECEIPT, RECEIPT_TEXT, REJECTED = ".receipt.json", ".receipt.txt", ".rejected.json"
# Names of files that are being written, and of receipts that somebody moves back with their file.
PASSING_PREFIXES = (".", "~$")
PASSING_SUFFIXES = (
    ".part",
    ".partial",
    ".filepart",
    ".tmp",
    ".temp",
    ".crdownload",
    ".swp",
    "~",
    RECEIPT,
    RECEIPT_TEXT,
)


class State(NamedTuple):
    """What changes of a file while somebody writes it."""

    inode: int
    size: int
    modified: int  # nanoseconds
    changed: int  # of its name and rights, too


class Dropped(NamedTuple):
    """A file in the folder; `name` is its path within, `resource` is empty where nothing says it."""

    path: Path
    name: str
    resource: str
    state: State


class DropFolder:
    """`patterns` say the resource of files in the folder itself by their names, `resource` that of all others."""

    def __init__(self, folder: Path, resource: str, patterns: Mapping[str, str]):
        self.folder, self._resource, self._patterns = folder, resource, patterns

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other watchers away, of its subfolders, too. Raises SendingFailed where one is there."""
        import fcntl  # of Unix alone

        subfolders = (self.folder / resource for resource in Resource.values)
        with ExitStack() as locks:
            for folder in (self.folder, *filter(Path.is_dir, subfolders)):
                lock = locks.enter_context((folder / LOCK).open("ab"))
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise SendingFailed(f"{folder} is watched already, by another send_feed.") from None
            yield

    def files(self) -> list[Dropped]:
        """Return the files to be sent, oldest first. Raises OSError."""
        found = []
        for entry, name, resource in self._entries():
            if entry.is_file(follow_symlinks=False):
                with suppress(FileNotFoundError):  # removed meanwhile
                    state = state_of(entry.stat(follow_symlinks=False))
                    found.append(Dropped(Path(entry.path), name, resource, state))
        return sorted(found, key=lambda dropped: (dropped.state.modified, dropped.name))

    def ignored(self) -> Iterator[tuple[str, str]]:
        """Yield the names of what is no file to send, each with the reason. Raises OSError."""
        for entry, name, _resource in self._entries():
            if name in OWN_FOLDERS:
                continue
            if entry.is_dir():
                yield name, f"Files are looked for in {' and '.join(Resource.values)}, and in no other subfolder"
            elif not entry.is_file(follow_symlinks=False):
                yield name, "It is a link, or no file at all. Put the file itself there"

    def _entries(self) -> Iterator[tuple[os.DirEntry[str], str, str]]:
        """Yield what is in the folder and its subfolders, with its name and the resource that it would have."""
        for folder in ("", *Resource.values):
            if folder and not (self.folder / folder).is_dir():
                continue
            with os.scandir(self.folder / folder) as entries:
                for entry in entries:
                    name = entry.name
                    if name.startswith(PASSING_PREFIXES) or name.lower().endswith(PASSING_SUFFIXES):
                        continue
                    matching = (to for pattern, to in self._patterns.items() if fnmatchcase(name, pattern))
                    yield entry, str(Path(folder, name)), folder or next(matching, self._resource)

    def idempotency_key(self, dropped: Dropped, file: BufferedReader) -> str:
        """Return the same key for the same bytes, name and time: what was sent before a crash is not stored twice. A
        file that was refused, withheld, or accepted in part, and is dropped again is a new try.
        """
        content = file_digest(file, "sha256")
        file.seek(0)
        identity = f"{content.hexdigest()}\0{dropped.name}\0{dropped.state.modified}"
        tries = sum(self._receipts(dropped, target) for target in SENT_AGAIN_FROM)
        return f"{sha256(identity.encode(errors='surrogateescape')).hexdigest()}-{tries}"

    def _receipts(self, dropped: Dropped, target: str) -> int:
        path = Path(dropped.name)
        named = re.compile(rf"{re.escape(path.stem)}(\.\d{{8}}T\d{{6}}Z(-\d+)?)?{re.escape(path.suffix + RECEIPT)}")
        folder = (self.folder / target / path).parent
        return sum(1 for found in folder.iterdir() if named.fullmatch(found.name)) if folder.is_dir() else 0

    def prepare(self, dropped: Dropped) -> None:
        """Raise OSError where the file could not be moved once it is sent."""
        if len(os.fsencode(dropped.path.name)) > LONGEST_NAME:
            raise _failure(errno.ENAMETOOLONG, dropped.path)
        _refuse_unless_writable(dropped.path.parent)
        for target in TARGETS.values():
            folder = (self.folder / target / dropped.name).parent
            folder.mkdir(parents=True, exist_ok=True)
            _refuse_unless_writable(folder)
            if folder.stat().st_dev != dropped.path.parent.stat().st_dev:
                raise _failure(errno.EXDEV, folder)

    def move(self, dropped: Dropped, code: ExitCode, beside: Mapping[str, bytes]) -> Path:
        """Move a file to where its outcome says, and write `beside` it what is named by its ending; return where it is.
        A crash leaves the file where it was, or all of it where it belongs: what it lacks, `recover` completes.
        """
        path = _unused_path(self.folder / TARGETS[code] / dropped.name)
        for ending, content in beside.items():
            _draft(path, ending).write_bytes(content)
        dropped.path.rename(path)
        for ending in beside:
            _draft(path, ending).rename(f"{path}{ending}")
        return path

    def recover(self) -> None:
        """Complete what a crash left between two steps of a move."""
        for target in TARGETS.values():
            for draft in (self.folder / target).glob("**/.*.moving"):
                final = draft.with_name(draft.name[1:].removesuffix(".moving"))
                file = final.with_name(_ENDING.sub("", final.name))
                if file.exists() and not final.exists():
                    draft.rename(final)
                else:
                    draft.unlink()


_ENDING = re.compile("|".join(f"{re.escape(ending)}$" for ending in (RECEIPT, RECEIPT_TEXT, REJECTED)))


def state_of(stat: os.stat_result) -> State:
    return State(stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)


def _draft(path: Path, ending: str) -> Path:
    return path.with_name(f".{path.name}{ending}.moving")


def _refuse_unless_writable(folder: Path) -> None:
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _failure(errno.EACCES, folder)


def _failure(number: int, path: Path) -> OSError:
    return OSError(number, os.strerror(number), str(path))


def _unused_path(preferred: Path) -> Path:
    """Return a path that no file has, with the moment in its name where a file has the preferred one."""
    moment = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    path, tries = preferred, 0
    while path.exists() or Path(f"{path}{RECEIPT}").exists():
        tries += 1
        again = f"-{tries}" if tries > 1 else ""
        path = preferred.with_name(f"{preferred.stem}.{moment}{again}{preferred.suffix}")
    return path
