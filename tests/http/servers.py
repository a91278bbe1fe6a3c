"""The servers that people run, as processes of their own on the test database."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
from django.conf import settings
from django.db import connection

from tests.http import wire

START_SECONDS = 30
STOP_SECONDS = 30
WAITING = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@dataclass(frozen=True)
class Server:
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def is_up(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return wire.get(self.port, "/healthz").status == 200
        except OSError:
            return False

    def workers(self) -> int:
        return len(psutil.Process(self.process.pid).children())

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        self.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_SECONDS)
            raise


def gunicorn_command(port: int) -> list[str]:
    return [sys.executable, "-m", "gunicorn"]


def runserver_command(port: int) -> list[str]:
    return [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]


@contextmanager
def running(command: Callable[[int], list[str]], folder: Path, **variables: Any) -> Iterator[Server]:
    """Run a server with these environment variables until the block ends."""
    with reserved_port() as port, (folder / f"{port}.log").open("wb") as log:
        process = subprocess.Popen(
            command(port), cwd=settings.BASE_DIR, env=environment(port, variables), stdout=log, stderr=log
        )
        server = Server(port, process, Path(log.name))
        try:
            wait_until(server.is_up, START_SECONDS)
            yield server
        finally:
            server.stop()


def environment(port: int, variables: dict[str, Any]) -> dict[str, str]:
    own = {"PORT": port, "WEB_CONCURRENCY": 1, "WEB_THREADS": 4, "DATABASE_URL": url_of_the_test_database()}
    kept = {"VAR_DIR": settings.VAR_DIR, "API_KEY_PEPPER": settings.API_KEY_PEPPER}
    return os.environ | {name: str(value) for name, value in (own | kept | variables).items()}


def url_of_the_test_database() -> str:
    """Return the address of the database this test process writes to."""
    to = {name: quote(str(value), safe="") for name, value in connection.get_connection_params().items() if value}
    login = ":".join(to[name] for name in ("user", "password") if name in to)
    return f"postgresql://{login}@/{to['dbname']}?host={to.get('host', '')}&port={to.get('port', 5432)}"


@contextmanager
def reserved_port() -> Iterator[int]:
    """Hold a free port without listening on it: the server may bind it, and no other test is given it."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain"
        time.sleep(0.02)


def uploads_waiting() -> int:
    """Return how many uploads wait for a lock that another holds."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone()[0]
