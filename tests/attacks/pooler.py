"""A PgBouncer of the test's own, in front of the tests' database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import chown
from tempfile import TemporaryDirectory

import psycopg
from django.db import connection

from tests.faults.processes import Program
from tests.programs import path_of

CONNECTIONS = 4
# Clients are let in as the one user of the database, whatever they call themselves.
CONFIGURATION = """\
[databases]
* = {database}
[pgbouncer]
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 200
auth_type = any
listen_port = 6432
unix_socket_dir = {folder}
"""


class Pooler(Program):
    """PgBouncer, which lends a connection for one transaction at a time."""

    def __init__(self, program: str, folder: Path):
        to = connection.get_connection_params()
        named = {name: to[name] for name in ("host", "port", "user", "password") if to.get(name)}
        database = " ".join(f"{name}={value}" for name, value in named.items())
        configuration = folder / "pgbouncer.ini"
        configuration.write_text(CONFIGURATION.format(database=database, connections=CONNECTIONS, folder=folder))
        # PgBouncer does not run as root: it runs as whoever may enter the folder of the database's socket.
        owner = {"user": _owner(to.get("host", ""))} if os.geteuid() == 0 else {}
        if owner:
            chown(folder, owner["user"])
        super().__init__([program, str(configuration)], folder / "pgbouncer.log", **owner)
        self.url = f"postgresql://postgres@/{to['dbname']}?host={folder}&port=6432"

    def is_up(self) -> bool:
        try:
            with psycopg.connect(self.url) as client:
                return client.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError:
            return False


def _owner(host: str) -> str:
    return Path(host).owner() if host.startswith("/") else "nobody"


@contextmanager
def running_pooler() -> Iterator[Pooler]:
    """Run PgBouncer until the block ends; without one the test is skipped."""
    program = path_of("pgbouncer")
    with TemporaryDirectory(prefix="pooler-") as folder:  # a short name: the path of a socket has a hundred letters
        pooler = Pooler(program, Path(folder))
        try:
            pooler.start()
            yield pooler
        finally:
            pooler.stop()
