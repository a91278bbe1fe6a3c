"""Full loads of a key whose uploads are such: a request is never answered, or takes longer than a load may wait."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from tests.faults.processes import Service, manage
from tests.faults.test_workers import merging_held, waiting
from tests.http.servers import wait_until
from tests.http.wire import Answer, upload
from tests.uploads.loads import ledger

TICK_SECONDS = 40  # a worker looks every 15 seconds for loads that are over
LOADS = "SELECT state, reasons FROM uploads_fullload WHERE company_codes = ARRAY[%s]::varchar[] ORDER BY began_at"
PASS = "UPDATE uploads_loadrequest SET ends_at = ends_at - interval '31 minutes'"


@pytest.fixture
def nightly(service: Service) -> dict[str, str]:
    """The headers of a new key of the account, whose uploads are full loads."""
    arguments = ("--account", "Acme", "--full-load-minutes", "30", "--json")
    pair = json.loads(manage("create_api_key", *arguments, DATABASE_URL=service.database.url))
    return {"api_key": pair["key"], "api_secret": pair["secret"]}


def send(service: Service, headers: dict[str, str], code: str, last: int) -> Answer:
    return upload(service.web.port, ledger(*range(last), companyCode=code), headers)


def loads(service: Service, code: str) -> list[Any]:
    return [(state, [reason["code"] for reason in reasons]) for state, reasons in service.database.query(LOADS, code)]


def end_last(service: Service, code: str) -> Any:
    """Let so much time pass that the last load is over; return its state and reasons."""
    service.database.query(PASS)
    wait_until(lambda: all(state != "open" for state, _ in loads(service, code)), TICK_SECONDS)
    return loads(service, code)[-1]


def test_a_request_whose_process_dies_withholds(service, nightly):
    assert send(service, nightly, "K", 100).status == 200
    assert end_last(service, "K")[0] == "nothing_to_close"
    assert send(service, nightly, "K", 98).status == 200
    with ThreadPoolExecutor() as senders, merging_held(service):
        unanswered = senders.submit(send, service, nightly, "K", 2)
        wait_until(lambda: waiting(service, "advisory") != [])
        service.web.kill()
        with suppress(OSError):
            unanswered.result()
    service.web.keep_up()
    assert end_last(service, "K") == ("withheld", ["failed_requests"])


def test_a_load_is_not_over_as_long_as_an_upload_of_it_is_under_way(service, nightly):
    assert send(service, nightly, "L", 100).status == 200
    assert end_last(service, "L")[0] == "nothing_to_close"
    with ThreadPoolExecutor() as senders:
        with merging_held(service):
            long = senders.submit(send, service, nightly, "L", 97)
            wait_until(lambda: waiting(service, "advisory") != [])
            service.database.query(PASS)
            time.sleep(20)  # a worker has looked
            assert loads(service, "L")[-1][0] == "open"
        assert long.result().status == 200
    assert send(service, nightly, "L", 98).status == 200
    assert end_last(service, "L") == ("closed", [])
    assert len(loads(service, "L")) == 2
