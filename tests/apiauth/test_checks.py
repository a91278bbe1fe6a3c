"""Misconfiguration that is known before the first request."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

PRODUCTION = {
    "HTTPS": "true",
    "ALLOWED_HOSTS": "receivables.example.com",
    "DATABASE_URL": "postgresql://service@127.0.0.1:1/none",  # checks must not need it
    "SECRET_KEY": "not a secret, and long enough to pass for one in a test",
    "API_KEY_PEPPER": "not a pepper either",
    "PROXY_COUNT": "1",
}


def check_deploy(var_dir, **changes):
    """Run `check --deploy` under production's environment, changed as named; None takes a variable away."""
    environment = os.environ | PRODUCTION | {"VAR_DIR": str(var_dir)} | changes
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=settings.BASE_DIR,
        env={name: value for name, value in environment.items() if value is not None},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_settings_pass_every_deployment_check_and_leave_no_file(tmp_path):
    finished = check_deploy(tmp_path)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert "no issues" in finished.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["SECRET_KEY", "API_KEY_PEPPER"])
def test_a_secret_that_is_not_named_is_warned_of(name, tmp_path):
    finished = check_deploy(tmp_path, **{name: None})
    assert finished.returncode == 1
    assert "apiauth.W001" in finished.stderr
    assert "System check identified 1 issue" in finished.stderr


def test_a_proxy_that_is_not_counted_is_warned_of(tmp_path):
    finished = check_deploy(tmp_path, PROXY_COUNT=None)
    assert finished.returncode == 1
    assert "apiauth.W002" in finished.stderr
    assert "System check identified 1 issue" in finished.stderr


def test_mail_from_nowhere_is_warned_of(tmp_path):
    finished = check_deploy(tmp_path, EMAIL_URL="submission://mail.example.com")
    assert finished.returncode == 1
    assert "apiauth.W003" in finished.stderr
    sender = "Receivables <receivables@example.com>"
    finished = check_deploy(tmp_path, EMAIL_URL="submission://mail.example.com", DEFAULT_FROM_EMAIL=sender)
    assert finished.returncode == 0
