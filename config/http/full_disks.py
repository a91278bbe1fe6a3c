"""Disks without room: that of the temporary folder, where large files of forms wait, and that of the database."""

import errno

from psycopg import errors

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def is_without_room(exc: BaseException | None) -> bool:
    """Whether an error, or what it was raised for, is that of a full disk."""
    if isinstance(exc, OSError) and exc.errno in NO_ROOM:
        return True
    return isinstance(exc, errors.DiskFull) or (exc is not None and is_without_room(exc.__cause__))
