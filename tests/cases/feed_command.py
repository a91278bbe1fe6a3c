"""The sender's command before a server that is not ours."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command


def send_feed(server: Any, *arguments: str) -> tuple[int, str]:
    """Run the command; return its exit code, and the sentence that it fails with, if it does."""
    url = f"--url=http://127.0.0.1:{server.server_port}"
    with pytest.raises((SystemExit, CommandError)) as ended:
        call_command("send_feed", *arguments, "--key=ak_1", url)
    if isinstance(ended.value, SystemExit):
        return int(ended.value.code or 0), ""
    return ended.value.returncode, str(ended.value)
