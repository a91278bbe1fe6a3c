"""What `make run` runs: the server and a worker, until a signal stops it; the database stops with it."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from config.embedded_postgres import socket_folder

COMMANDS = {
    "web": [sys.executable, "-m", "gunicorn"],
    "worker": [sys.executable, "manage.py", "procrastinate", "worker"],
}
POLL_SECONDS = 0.2
PAUSE_SECONDS = 1  # before a worker that has ended is started again
SAME_SIGNAL_SECONDS = 1  # make passes on what a supervisor sends to each process of a group
STOPPING = "Finishing what is under way, then stopping; Ctrl-C again stops at once.\n"


class Service:
    """Server and worker. The first signal lets them finish what is under way: gunicorn within its
    graceful_timeout, the worker however long it takes. The second ends them at once.
    """

    def __init__(self) -> None:
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.is_stopping = False
        self.signalled_at = float("-inf")

    def run(self) -> int:
        """Keep both running until the server ends, for whatever reason; return its status."""
        for name in COMMANDS:
            self._start(name)
        while self.running["web"].poll() is None:
            sleep(POLL_SECONDS)
            if self.running["worker"].poll() is not None and not self.is_stopping:
                sleep(PAUSE_SECONDS)
                self._start("worker")
        if not self.is_stopping:
            self.stop()
        self.running["worker"].wait()
        return self.running["web"].wait()

    def on_signal(self, *signal_and_frame: Any) -> None:
        is_same, self.signalled_at = monotonic() - self.signalled_at < SAME_SIGNAL_SECONDS, monotonic()
        if is_same:
            return
        if not self.is_stopping:
            sys.stderr.write(STOPPING)
        self.stop()

    def stop(self) -> None:
        """Let both finish what is under way; the second call ends them at once."""
        for process in self.running.values():
            if process.poll() is None and self.is_stopping:
                os.killpg(process.pid, signal.SIGKILL)
            elif process.poll() is None:
                process.terminate()
        self.is_stopping = True

    def _start(self, name: str) -> None:
        # In a session of its own, for Ctrl-C would reach it past us.
        process = subprocess.Popen(COMMANDS[name], start_new_session=True)  # noqa: S603 - of our own commands
        self.running[name] = process
        if self.is_stopping:  # meanwhile
            process.terminate()


def main() -> int:
    service = Service()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, service.on_signal)
    if not os.environ.get("DATABASE_URL"):
        socket_folder(Path(os.environ.get("VAR_DIR", "var")).absolute())  # it stops with its last user
    return service.run()


if __name__ == "__main__":
    sys.exit(main())
