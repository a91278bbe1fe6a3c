"""System checks: limits of uploads that contradict each other, the proxy in front, the machine or the database."""

import shutil
import tempfile
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register
from django.db import connections

SMALLEST_ROW = 60  # bytes of JSON: the required fields with one character each
ROWS_A_SECOND = 5_000  # on a slow machine


@register
def limits_agree(**kwargs: Any) -> list[CheckMessage]:
    """More rows are allowed than the allowed bytes can hold."""
    max_bytes, max_rows = settings.UPLOAD_MAX_BYTES, settings.UPLOAD_MAX_ROWS
    if max_bytes >= max_rows * SMALLEST_ROW:
        return []
    message = f"UPLOAD_MAX_BYTES ({max_bytes:,}) cannot hold UPLOAD_MAX_ROWS ({max_rows:,}) of even the smallest rows."
    return [checks.Warning(message, hint="Raise the one or lower the other; senders are told both.", id="uploads.W001")]


@register
def proxy_takes_as_much(**kwargs: Any) -> list[CheckMessage]:
    """The proxy refuses bodies that the service would take, with an answer that no sender understands."""
    proxy_max = settings.PROXY_MAX_BODY_BYTES
    if proxy_max is None or proxy_max >= settings.UPLOAD_MAX_BYTES:
        return []
    message = f"PROXY_MAX_BODY_BYTES ({proxy_max:,}) is below UPLOAD_MAX_BYTES ({settings.UPLOAD_MAX_BYTES:,})."
    hint = "Raise the proxy's limit (in nginx, client_max_body_size), or lower UPLOAD_MAX_BYTES to it."
    return [checks.Warning(message, hint=hint, id="uploads.W002")]


@register(deploy=True)
def chunked_bodies_find_room(**kwargs: Any) -> list[CheckMessage]:
    """A body without a declared length is buffered in the temporary folder until it has ended."""
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    if free >= settings.UPLOAD_MAX_BYTES:
        return []
    message = f"The temporary folder {folder} has {free:,} bytes free, less than UPLOAD_MAX_BYTES."
    return [checks.Warning(message, hint="Name a larger one with TMPDIR.", id="uploads.W003")]


@register(Tags.database)
def database_gives_time(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """A statement_timeout ends the statements of the largest uploads."""
    needed = settings.UPLOAD_MAX_ROWS // ROWS_A_SECOND
    hint = "Raise statement_timeout for this user (ALTER ROLE ... SET statement_timeout), or lower UPLOAD_MAX_ROWS."
    found: list[CheckMessage] = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT setting::int / 1000 FROM pg_settings WHERE name = 'statement_timeout'")
            seconds = cursor.fetchone()[0]
        if seconds and seconds < needed:
            message = f"The database ends statements after {seconds} s; "
            message += f"an upload of UPLOAD_MAX_ROWS rows may take {needed} s."
            found.append(checks.Warning(message, hint=hint, id="uploads.W004"))
    return found
