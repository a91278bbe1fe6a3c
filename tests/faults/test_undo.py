"""What is taken back while others do the same, or upload, or the server dies: all or nothing, one after another."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from tests.faults.processes import Service
from tests.faults.test_workers import merging_held, waiting
from tests.http.servers import wait_until
from tests.http.wire import Answer, Wire, get, head, upload
from tests.uploads.loads import ledger

AT_ONCE = 4
COUNT = "SELECT count(*)::int FROM uploads_upload WHERE undoes = %s"
CURRENCIES = "SELECT DISTINCT currency FROM receivables_invoice WHERE invoice_number = ANY(%s)"


def sent(service: Service, *numbers: Any, **values: Any) -> dict[str, Any]:
    answer = upload(service.web.port, ledger(*numbers, **values), service.pair)
    assert answer.status == 200, answer.body
    return answer.json()


def undo(service: Service, url: str) -> Answer:
    with Wire(service.web.port) as wire:
        wire.send(head("POST", f"{url}/undo?confirm=true", {**service.pair, "Content-Length": 0}))
        return wire.answer()


def currencies(service: Service, *numbers: int) -> list[str]:
    return [currency for (currency,) in service.database.query(CURRENCIES, [str(number) for number in numbers])]


@pytest.fixture
def changed(service: Service, request: pytest.FixtureRequest) -> tuple[str, list[int]]:
    """An upload that changed items of the test's own."""
    first = hash(request.node.name) % 10**6 * 10
    numbers = list(range(first, first + 9))
    sent(service, *numbers)
    return sent(service, *numbers, currency="EUR")["url"], numbers


def test_of_several_undos_at_once_one_does_it_and_all_have_its_receipt(service, changed):
    url, numbers = changed
    with ThreadPoolExecutor() as others:
        with merging_held(service):
            undos = [others.submit(undo, service, url) for _ in range(AT_ONCE)]
            wait_until(lambda: len(waiting(service, "advisory")) == AT_ONCE)
        answers = [each.result() for each in undos]
    assert {(answer.status, answer.json()["id"]) for answer in answers} == {(200, answers[0].json()["id"])}
    assert service.database.query(COUNT, url.rpartition("/")[2]) == [(1,)]
    assert currencies(service, *numbers) == ["USD"]


def test_undo_whose_process_dies_has_not_happened(service, changed):
    url, numbers = changed
    with ThreadPoolExecutor() as others, merging_held(service):
        unanswered = others.submit(undo, service, url)
        wait_until(lambda: waiting(service, "advisory") != [])
        service.web.kill()
        with suppress(OSError):
            unanswered.result()
    service.web.keep_up()
    assert (currencies(service, *numbers), get(service.web.port, url, service.pair).json()["undoneBy"]) == (
        ["EUR"],
        None,
    )
    assert undo(service, url).json()["undo"]["reverted"] == len(numbers)


def test_uploads_and_an_undo_at_once_come_one_after_another(service, changed):
    url, numbers = changed
    with ThreadPoolExecutor() as others:
        with merging_held(service):
            undone = others.submit(undo, service, url)
            later = [others.submit(sent, service, number, currency="CHF") for number in numbers[:3]]
            wait_until(lambda: len(waiting(service, "advisory")) == AT_ONCE)
        receipts = [each.result() for each in later]
        found = undone.result().json()["undo"]
    assert [receipt["updated"] for receipt in receipts] == [1, 1, 1]
    assert found["reverted"] + found["kept"] == len(numbers)
    assert (currencies(service, *numbers[:3]), currencies(service, *numbers[3:])) == (["CHF"], ["USD"])
