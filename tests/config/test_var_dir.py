"""A folder that cannot be used ends every start with one sentence, in place of a traceback."""

import os
import shutil
import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = pytest.mark.full

NAMED = ("DATABASE_URL", "SECRET_KEY", "API_KEY_PEPPER", "MAKEFLAGS")
REMEDY = "give it room and let this user write there, or name another folder, as in VAR_DIR=/var/lib/receivables.\n"
SMALL_DISK = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", 'mount -t tmpfs -o size=1m d "$0" && "$@"']
STARTS = {
    "make": ["make", "run"],
    "manage.py": [sys.executable, "manage.py", "migrate"],
    "gunicorn": [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:0"],
    "worker": [sys.executable, "manage.py", "procrastinate", "worker"],
}
every_start = pytest.mark.parametrize("command", STARTS.values(), ids=STARTS)


def start(command, folder):
    kept = {name: value for name, value in os.environ.items() if name not in NAMED}
    ended = subprocess.run(
        [*command, f"VAR_DIR={folder}"] if command[0] == "make" else command,
        cwd=settings.BASE_DIR,
        env=kept | {"VAR_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode != 0
    assert "Traceback" not in ended.stderr
    return ended.stderr


@every_start
def test_a_folder_that_cannot_be_made_ends_a_start_with_one_sentence(command, tmp_path):
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "var"
    told = start(command, folder)
    assert told.count(f"VAR_DIR {folder} cannot be used (Not a directory): {REMEDY}") == 1


@pytest.mark.skipif(not shutil.which("unshare"), reason="a small disk is mounted in a name space of its own")
@every_start
def test_a_folder_without_room_for_a_database_ends_a_start_with_one_sentence(command, tmp_path):
    if subprocess.run([*SMALL_DISK, str(tmp_path), "true"], capture_output=True, check=False).returncode:
        pytest.skip("nobody may mount a disk of their own here")
    told = start([*SMALL_DISK, str(tmp_path), *command], tmp_path)
    assert told.count(f"VAR_DIR {tmp_path} cannot be used (a database needs 128 MB, and 1 MB are free): {REMEDY}") == 1


def test_what_postgresql_complains_of_is_in_the_sentence(tmp_path):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18\n")
    told = start(STARTS["manage.py"], tmp_path)
    assert told.count("cannot be used (") == 1
    assert told.endswith(REMEDY)
