"""Whether the process lives, and whether it can take uploads."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

ASK = """
import json, django
django.setup()
from django.test import Client
client = Client(headers={"host": "localhost"})
answers = {path: client.get(path) for path in ("/healthz", "/readyz", "/jsonApi/whoami")}
print(json.dumps({path: [answer.status_code, dict(answer.headers), answer.json()] for path, answer in answers.items()}))
"""


@pytest.fixture
def probe(db):
    return Client()


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/healthz/", "/readyz/"])
def test_a_healthy_service_is_ok(path, probe):
    response = probe.get(path)
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_a_live_process_asks_no_database(probe, django_assert_num_queries):
    with django_assert_num_queries(0):
        probe.get("/healthz")


@pytest.mark.parametrize("app", ["apiauth", "receivables", "uploads"])
def test_a_database_behind_this_version_is_not_ready(app, probe):
    MigrationRecorder.Migration.objects.filter(app=app).delete()
    response = probe.get("/readyz")
    assert (response.status_code, response["Content-Type"]) == (503, "application/problem+json")
    assert response["Retry-After"] == "5"
    assert response.json()["detail"] == "The database has not been migrated to this version."


def test_a_database_ahead_of_this_version_is_ready(probe):
    MigrationRecorder.Migration.objects.create(app="receivables", name="9999_of_the_next_version")
    assert probe.get("/readyz").status_code == 200


@pytest.fixture(scope="module")
def without_database(tmp_path_factory):
    """What a process answers whose database does not: status, headers and body, by path."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": "postgresql://service@127.0.0.1:1/none",
        "VAR_DIR": str(tmp_path_factory.mktemp("var")),
    }
    finished = subprocess.run(
        [sys.executable, "-c", ASK], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(finished.stdout)


def test_a_process_without_its_database_still_lives(without_database):
    status, _, body = without_database["/healthz"]
    assert (status, body) == (200, {"status": "ok"})


def test_a_process_without_its_database_is_not_ready(without_database):
    status, headers, body = without_database["/readyz"]
    assert (status, headers["Retry-After"]) == (503, "5")
    assert body["detail"] == "The database does not answer."


def test_a_login_without_the_database_is_503_not_a_refusal(without_database):
    status, headers, body = without_database["/jsonApi/whoami"]
    assert (status, headers["Retry-After"], headers["Content-Type"]) == (503, "30", "application/problem+json")
    assert body["title"] == "Service Unavailable"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_that_sends_something_is_refused(path):
    response = Client(enforce_csrf_checks=True).post(path, {"a": "b"})
    assert (response.status_code, response["Allow"], response.json()["status"]) == (405, "GET, HEAD", 405)
