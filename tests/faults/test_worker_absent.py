"""No worker runs for two days: the full loads of a key that end by themselves end once one does, as if one had run."""

from datetime import timedelta

import pytest

from tests.cases.full_loads.ledgers import SHIFTS
from tests.faults.processes import Service
from tests.faults.test_automatic_loads import end_last, loads, nightly, send  # noqa: F401 - nightly is a fixture
from tests.http.servers import wait_until
from tests.http.wire import upload
from tests.uploads.loads import ledger

pytestmark = pytest.mark.nightly  # half a minute of waiting; tests/uploads/automatic_loads has the same rule by day

CODE, SECONDS = "W", 60
CLOSED = (
    "SELECT invoice_number FROM receivables_invoice WHERE company_code = %s AND closed_at IS NOT NULL"
    " ORDER BY closed_at, invoice_number"
)


def a_day_passes(service: Service) -> None:
    for (statement,) in service.database.query(SHIFTS, timedelta(days=1)):
        service.database.query(statement)


def test_two_days_without_a_worker_close_what_each_night_lacked(service, nightly):  # noqa: F811
    assert send(service, nightly, CODE, 100).status == 200
    assert end_last(service, CODE) == ("nothing_to_close", [])
    service.worker.kill()
    a_day_passes(service)
    assert send(service, nightly, CODE, 98).status == 200
    a_day_passes(service)
    assert send(service, nightly, CODE, 96).status == 200
    came_late = upload(service.web.port, ledger(97, companyCode=CODE), service.pair)
    assert (came_late.status, came_late.json()["unchanged"]) == (200, 1)
    a_day_passes(service)
    assert [state for state, _ in loads(service, CODE)] == ["nothing_to_close", "open", "open"]
    service.worker.keep_up()
    wait_until(lambda: all(state != "open" for state, _ in loads(service, CODE)), SECONDS)
    assert loads(service, CODE)[1:] == [("closed", []), ("closed", [])]
    assert [number for (number,) in service.database.query(CLOSED, CODE)] == ["98", "99", "96"]
