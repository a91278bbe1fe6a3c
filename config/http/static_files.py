"""Static files under names made of their content, which browsers keep for good, and compressed beforehand.

A server collects them itself when it starts, into STATIC_ROOT, so that no step of a deployment can be forgotten. Where
it cannot, and in processes that serve nobody, they have their plain names, and are served from their sources.
"""

import fcntl
import hashlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

logger = logging.getLogger(__name__)


class ContentNamedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # it has no types
    """Files named by their content once `use_collected` was called, or they were collected by this very process."""

    def load_manifest(self) -> tuple[dict[str, str], str]:
        return {}, ""

    def use_collected(self) -> None:
        self.hashed_files, self.manifest_hash = super().load_manifest()

    def stored_name(self, name: str) -> str:
        return super().stored_name(name) if self.hash_key(name) in self.hashed_files else name

    def post_process(self, *args: Any, **options: Any) -> Iterator[Any]:
        yield from super().post_process(*args, **options)
        if not options.get("dry_run"):
            _digest_file().write_text(digest_of_sources())


def collect_static_files() -> None:
    """Collect what has changed since it was collected last, once however many processes start, and use it.

    A read-only STATIC_ROOT is taken as it is if it holds these very files: `manage.py collectstatic` made it then.
    """
    lock = Path(f"{settings.STATIC_ROOT}.lock")
    try:
        if not _is_collected():
            lock.parent.mkdir(parents=True, exist_ok=True)
            with lock.open("w") as locked:
                fcntl.flock(locked, fcntl.LOCK_EX)
                if not _is_collected():  # by who held the lock before
                    call_command("collectstatic", interactive=False, verbosity=0)
    except OSError as error:
        logger.warning(
            "Style sheets, scripts and fonts are neither compressed nor kept by browsers: they cannot be collected in "
            "%s (%s). Let the service write to VAR_DIR, or run `manage.py collectstatic --noinput` where it may.",
            settings.STATIC_ROOT,
            error.strerror or error,
        )
    else:
        cast("ContentNamedFiles", staticfiles_storage).use_collected()


def digest_of_sources() -> str:
    """Return what changes with the name or content of any static file."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            digest.update(path.encode())
            digest.update(hashlib.sha256(Path(storage.path(path)).read_bytes()).digest())
    return digest.hexdigest()


def _is_collected() -> bool:
    return _digest_file().exists() and _digest_file().read_text() == digest_of_sources()


def _digest_file() -> Path:
    """Return the file beside STATIC_ROOT that says which files were collected, written when all are there."""
    return Path(f"{settings.STATIC_ROOT}.collected")
