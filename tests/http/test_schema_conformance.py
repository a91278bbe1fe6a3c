"""The real server, asked by schemathesis for whatever the OpenAPI document allows, and for what it does not."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from apiauth.models import Account
from tests.factories import customer_row, invoice_row
from tests.http import wire
from tests.openapi_document import DOCUMENT

FOLDER = settings.BASE_DIR / "tests"
COMMAND = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(FOLDER / "http" / "schemathesis.toml"), "run"]
FEW = ["--phases=examples,coverage,fuzzing", "--max-examples=3", "--generation-deterministic"]
# One worker: reading Python's own code in two threads fails in CPython 3.11 now and then.
ALWAYS = ["--continue-on-failure", "--workers=1", "--no-color"]
MANY = ["--phases=examples,coverage,fuzzing,stateful", "--max-examples=200"]  # others each night


def operation_count():
    return sum(map(len, DOCUMENT["paths"].values()))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "generated", [pytest.param(FEW, id="few"), pytest.param(MANY, id="many", marks=pytest.mark.nightly)]
)
def test_whatever_is_asked_is_answered_as_the_document_says(generated, gunicorn, account, pair, tmp_path):
    Account.objects.update(amount_decimal_places=4)
    assert wire.upload(gunicorn.port, [invoice_row(**customer_row())], pair).status == 200
    secrets = {f"RECEIVABLES_{name.upper()}": value for name, value in pair.items()}
    done = subprocess.run(
        [*COMMAND, *generated, *ALWAYS, f"http://127.0.0.1:{gunicorn.port}/jsonApi/schema"],
        env=os.environ | secrets | {"PYTHONPATH": str(settings.BASE_DIR)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=7200,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Tested: {operation_count()}\n" in done.stdout
