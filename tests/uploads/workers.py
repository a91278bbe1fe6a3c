"""A worker of the service, as its operator starts it."""

import subprocess
import sys

from django.conf import settings

from tests.http.servers import environment


def work():
    """Let a worker do what is queued, and end."""
    command = [sys.executable, "manage.py", "procrastinate", "worker", "--one-shot"]
    subprocess.run(command, cwd=settings.BASE_DIR, env=environment(0, {}), check=True, capture_output=True, timeout=60)
