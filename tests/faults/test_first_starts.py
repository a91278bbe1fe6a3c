"""Two first starts on one database at once: one makes it ready, the other waits."""

import subprocess
import sys

from django.conf import settings

from tests.faults.processes import Database, own_folder
from tests.http.servers import environment


def test_two_first_starts_at_once_make_one_database_ready():
    with own_folder() as folder:
        database = Database(folder)
        database.start()
        try:
            variables = environment(0, {"DATABASE_URL": database.url, "VAR_DIR": folder})
            command = [sys.executable, "manage.py", "prepare_demo"]
            options = {"cwd": settings.BASE_DIR, "env": variables, "stdout": subprocess.PIPE, "text": True}
            starts = [subprocess.Popen(command, **options) for _ in range(2)]
            told = [start.communicate(timeout=120)[0] for start in starts]
            assert [start.returncode for start in starts] == [0, 0]
            assert told[0] == told[1]
            assert database.query("SELECT count(*) FROM apiauth_account") == [(1,)]
        finally:
            database.stop()
