"""A database whose disk is full: 503, nothing stored, and the same upload is taken once there is room.

The disk is a file system of a few megabytes, in a name space of its own, that ends with the database.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from tests.factories import BY_WORKER, invoice_row
from tests.faults.processes import Database, migrated, new_pair, own_folder, running_database
from tests.http.servers import Server, gunicorn_command, running
from tests.http.wire import upload

ROWS = 1000
SIZE = "16m"
MOUNT = 'mount -t tmpfs -o size="$0",mode=0700 disk "$1" && mkdir "$1/space" && shift && exec "$@"'
FILL = "COPY (SELECT repeat('x', 100000) FROM generate_series(1, {pieces})) TO '{disk}/filler'"
WRITTEN = [
    "uploads_upload",
    "uploads_bodypart",
    "procrastinate_jobs",
    "receivables_invoice",
    "receivables_invoicechange",
]
# What moves to the small disk, how an upload is sent that writes to it, and how that is answered where there is room.
CASES = {
    "stage": ("ALTER DATABASE postgres SET temp_tablespaces = {}", {}, 200),
    "invoices": ("ALTER TABLE receivables_invoice SET TABLESPACE {}", {}, 200),
    "history": ("ALTER TABLE receivables_invoicechange SET TABLESPACE {}", {}, 200),
    "kept bodies": ("ALTER TABLE uploads_bodypart SET TABLESPACE {}", BY_WORKER, 202),
}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with own_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def disk(folder) -> Path:
    """The place of the small disk; the database alone sees what is on it."""
    place = folder / "disk"
    place.mkdir()
    return place


@pytest.fixture(scope="module")
def database(folder, disk) -> Iterator[Database]:
    wrapper = ["unshare", "--user", "--map-current-user", "--keep-caps", "--mount", "sh", "-c", MOUNT, SIZE, str(disk)]
    database = Database(folder, wrapper, copy_of=migrated())
    refusal = refusal_of([*wrapper, "true"], **database.options)
    if refusal:
        pytest.skip(f"nobody may mount a disk of their own here: {refusal}")
    with running_database(database):
        database.query(f"CREATE TABLESPACE small LOCATION '{disk}/space'")
        yield database


def refusal_of(command: list[str], **options: Any) -> str:
    if not shutil.which(command[0]):
        return f"there is no {command[0]}"
    return subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False, **options).stderr


@pytest.fixture(scope="module")
def server(folder, database) -> Iterator[Server]:
    """A server that connects anew for each upload, and so finds the stage where the database has it by now."""
    variables = {"DATABASE_URL": database.url, "CONN_MAX_AGE": 0}
    with running(gunicorn_command, folder, **variables) as server:
        yield server


@pytest.fixture(scope="module")
def pair(server, database) -> dict[str, str]:
    """The key pair of an account with an invoice for every row."""
    pair = new_pair(DATABASE_URL=database.url)
    assert upload(server.port, rows("stored"), pair).json()["created"] == ROWS
    return pair


def rows(seed: str) -> list[dict[str, Any]]:
    """Return rows that cannot be compressed; another seed changes each of them."""
    chance = Random(seed)  # noqa: S311 - texts, no secrets
    return [invoice_row(invoiceNumber=str(number), itemText=chance.randbytes(500).hex()) for number in range(ROWS)]


@contextmanager
def full(database: Database, disk: Path) -> Iterator[None]:
    """Write to the disk until there is no room, and make room again when the block ends."""
    with pytest.raises(psycopg.errors.DiskFull):
        database.query(FILL.format(pieces=1000, disk=disk))
    try:
        yield
    finally:
        database.query(FILL.format(pieces=0, disk=disk))


def stored(database: Database) -> list[Any]:
    """Return count and digest of each table that an upload writes to."""
    digest = "SELECT count(*), md5(string_agg(t::text, ' ' ORDER BY id)) FROM {} AS t"
    return [database.query(digest.format(table)) for table in WRITTEN]


@pytest.fixture(params=CASES.values(), ids=CASES)
def case(request, database) -> Iterator[tuple[str, dict[str, str], int]]:
    """Keep a part of the data on the small disk; return its name, and headers and status of uploads to it."""
    move, headers, status = request.param
    database.query(move.format("small"))
    yield request.node.name, headers, status
    database.query(move.format("pg_default"))


def test_an_upload_that_finds_the_disk_full_is_taken_once_there_is_room(database, disk, server, pair, case):
    seed, headers, status = case
    before, said = stored(database), len(server.log.read_text())
    with full(database, disk):
        answer = upload(server.port, rows(seed), pair | headers)
        assert (answer.status, answer.headers["Retry-After"]) == (503, "30"), answer.body
        assert "No space left on device" in server.log.read_text()[said:]
        assert stored(database) == before
    assert upload(server.port, rows(seed), pair | headers).status == status
    assert stored(database) != before
