"""`make run` told to stop, by a supervisor or by Ctrl-C: it finishes what is under way, and its database stops too."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.factories import invoice_row
from tests.faults.processes import Program, own_folder
from tests.http import wire
from tests.http.servers import reserved_port, wait_until

UNDER_WAY_SECONDS = 6  # longer than programs that keep others running wait for them
START_SECONDS = 90
BODY = json.dumps([invoice_row()]).encode()


class MakeRun(Program):
    """`make run` with a folder and a port of its own, as a shell starts it: a process group that Ctrl-C reaches."""

    def __init__(self, folder: Path, port: int):
        self.folder, self.port = folder, port
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "MAKEFLAGS")}
        own = {"PORT": str(port), "VAR_DIR": str(folder), "WEB_CONCURRENCY": "1"}
        super().__init__(
            ["make", "run", f"PORT={port}", f"VAR_DIR={folder}"],
            folder / "make.log",
            cwd=settings.BASE_DIR,
            env=kept | own,
            start_new_session=True,
        )

    def is_up(self) -> bool:
        try:
            return wire.get(self.port, "/healthz").status == 200
        except OSError:
            return False

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, **self.options)
        wait_until(self.has_come_up, START_SECONDS)

    @property
    def pair(self) -> dict[str, str]:
        login = json.loads((self.folder / "demo_login.json").read_text())
        return {"api_key": login["key"], "api_secret": login["secret"]}

    @property
    def has_database(self) -> bool:
        return (self.folder / "postgres" / "postmaster.pid").exists()


@pytest.fixture(scope="module")
def make_run() -> Iterator[MakeRun]:
    with own_folder() as folder, reserved_port() as port:
        program = MakeRun(folder, port)
        yield program
        if program.is_running():  # a test failed
            program.kill()


# Each process of the group is told, as by systemd and by a terminal; make passes on SIGTERM besides.
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT], ids=["supervisor", "ctrl-c"])
def test_a_service_told_to_stop_finishes_its_upload_and_stops_its_database(make_run, told):
    make_run.start()
    with wire.Wire(make_run.port) as line:
        line.send(wire.upload_head(make_run.pair, Content_Length=len(BODY)), BODY[:10])
        time.sleep(1)  # until the server has read it
        os.killpg(make_run.process.pid, told)
        time.sleep(UNDER_WAY_SECONDS)
        assert make_run.has_database
        line.send(BODY[10:])
        assert line.answer().status == 200
    make_run.process.wait(START_SECONDS)
    assert not make_run.has_database
