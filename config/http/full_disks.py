"""Disks without room: that of the temporary folder, where large files of forms wait, and that of the database."""

import errno

from psycopg import errors

DISK_FULL_ERRNOS = (errno.ENOSPC, errno.EDQUOT)


def is_disk_full(exc: BaseException | None) -> bool:
    """Whether an error, or what it was raised for, is that of a full disk."""
    if isinstance(exc, OSError) and exc.errno in DISK_FULL_ERRNOS:
        return True
    return isinstance(exc, errors.DiskFull) or (exc is not None and is_disk_full(exc.__cause__))
