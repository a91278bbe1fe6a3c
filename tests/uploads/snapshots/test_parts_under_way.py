"""Parts of a full load that are still coming in while something else is asked of the load."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import orjson
import pytest
from django.db import connection

from receivables.uploads.models import FullLoad
from tests.uploads.loads import begin, full_load, ledger, open_numbers, send_part, status_and_code
from tests.uploads.snapshots.nights import NIGHT

pytestmark = pytest.mark.django_db(transaction=True)


class InterruptedBody(BytesIO):
    """Rows, before the first of which is read somebody else does something, over a connection of their own."""

    def __init__(self, rows, interrupt):
        super().__init__(orjson.dumps(rows))
        self.interrupt, self.answers = interrupt, []

    def read(self, *size):
        if not self.answers:
            with ThreadPoolExecutor(1) as others:
                self.answers.append(others.submit(self._interrupted).result())
        return super().read(*size)

    def _interrupted(self):
        try:
            return self.interrupt()
        finally:
            connection.close()


def send_interrupted_part(client, url, rows, interrupt, query="", **headers):
    """Send rows as a part while `interrupt` happens; return the answer to the part, and to the latter."""
    body = InterruptedBody(rows, interrupt)
    path = f"/jsonApi/upload/invoices?snapshot={url.rpartition('/')[2]}{query}"
    stream = {"wsgi.input": body, "CONTENT_LENGTH": str(len(body.getvalue()))}
    part = client.generic("POST", path, b"", "application/json", headers=headers, **stream)
    return part, body.answers[0]


@pytest.fixture
def second_night(client, upload):
    """Begin a full load in parts, of which the first part is in; return its address."""
    full_load(upload, NIGHT)
    url = begin(client)
    send_part(client, url, ledger(1, 2, 3), 1)
    return url


def test_a_part_that_is_still_coming_holds_up_the_commit(client, second_night):
    part, commit = send_interrupted_part(
        client, second_night, ledger(4, 5), lambda: client.post(f"{second_night}/commit")
    )
    assert (part.status_code, status_and_code(commit)) == (200, (409, "parts_waiting"))
    assert client.post(f"{second_night}/commit").status_code == 200
    assert open_numbers() == list("12345")


def test_a_part_that_is_being_stored_for_a_worker_holds_up_the_commit(client, second_night):
    part, commit = send_interrupted_part(
        client, second_night, ledger(4, 5), lambda: client.post(f"{second_night}/commit"), Prefer="respond-async"
    )
    assert (part.status_code, status_and_code(commit)) == (202, (409, "parts_waiting"))


def test_a_part_that_is_only_tried_holds_up_no_commit(client, second_night):
    def commit():
        return client.post(f"{second_night}/commit")

    _, commit = send_interrupted_part(client, second_night, ledger(4, 5), commit, "&dryRun=true")
    assert commit.status_code == 200


def test_a_load_is_abandoned_while_a_part_is_coming(client, second_night):
    part, abandoned = send_interrupted_part(client, second_night, ledger(4), lambda: client.delete(second_night))
    assert (abandoned.status_code, status_and_code(part)) == (204, (409, "snapshot_ended"))
    assert (FullLoad.objects.latest("began_at").state, open_numbers()) == ("abandoned", list("12345"))
