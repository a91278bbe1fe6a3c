"""The sender's command as a process of its own, on a machine that has no database."""

import os
import pty
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from tests.factories import invoice_row

NO_DATABASE = "postgresql://nobody@127.0.0.1:9/none"
SECONDS = 60
CHUNK = 4096
GOOD, BAD = invoice_row(), invoice_row(invoiceNumber="2", invoiceAmount="a lot")


@dataclass(frozen=True)
class Sender:
    """A folder of files, a server's address and a key pair."""

    folder: Path
    url: str
    key: str
    secret: str

    def send(self, resource: str, name: str, *options: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run the command to its end, without a terminal."""
        return subprocess.run(
            self.command(resource, name, *options),
            cwd=settings.BASE_DIR,
            env=self.environment(),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            start_new_session=True,  # away from the terminal that the tests may have
        )

    def start(self, resource: str, name: str, *options: str, **streams: Any) -> subprocess.Popen[str]:
        command = self.command(resource, name, *options)
        return subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=self.environment(), text=True, start_new_session=True, **streams
        )

    def watch(self, *arguments: str, **streams: Any) -> subprocess.Popen[str]:
        """Start to send what is dropped into the folder."""
        command = [sys.executable, "manage.py", "send_feed", f"--watch={self.folder}", f"--url={self.url}"]
        return subprocess.Popen(
            [*command, f"--key={self.key}", *arguments],
            cwd=settings.BASE_DIR,
            env=self.environment(),
            text=True,
            start_new_session=True,
            **streams,
        )

    def send_at_a_terminal(self, resource: str, name: str, typed: str) -> tuple[int, str]:
        """Run the command at a terminal, and type this once it shows something. Returns exit code and all it showed."""
        terminal, side_of_the_command = pty.openpty()
        streams = dict.fromkeys(("stdin", "stdout", "stderr"), side_of_the_command)
        with self.start(resource, name, **streams) as command, os.fdopen(terminal, "r+b", buffering=0) as screen:
            os.close(side_of_the_command)
            shown = screen.read(CHUNK)
            screen.write(typed.encode())
            with suppress(OSError):  # the command has ended, and its side is closed
                while more := screen.read(CHUNK):
                    shown += more
            return command.wait(SECONDS), shown.decode()

    def command(self, resource: str, name: str, *options: str) -> list[str]:
        path = name if name == "-" else str(self.folder / name)
        fixed = [sys.executable, "manage.py", "send_feed", resource, path]
        return [*fixed, f"--url={self.url}", f"--key={self.key}", *options]

    def environment(self) -> dict[str, str]:
        own = {"VAR_DIR": str(settings.VAR_DIR), "DATABASE_URL": NO_DATABASE, "RECEIVABLES_API_SECRET": self.secret}
        return os.environ | own
