"""Programs of the system that some tests call for: browsers, proxies, poolers."""

import os
import shutil

import pytest

# The Debian package of each, where its name differs.
PACKAGES = {"nginx": "nginx-light", "varnishd": "varnish"}
SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"  # daemons live there, and not everyone's PATH names them


def path_of(program: str) -> str:
    """Return the path of a program. Where it is missing the test is skipped, or fails with PROGRAMS_REQUIRED set."""
    path = shutil.which(program, path=f"{os.environ.get('PATH', '')}:{SYSTEM_FOLDERS}")
    if path:
        return path
    missing = f"There is no {program} here. On Debian: apt-get install -y {PACKAGES.get(program, program)}"
    if os.environ.get("PROGRAMS_REQUIRED"):
        pytest.fail(missing)
    pytest.skip(missing)
