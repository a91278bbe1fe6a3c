"""What must hold whatever is killed, cut off, filled up or sent at once: an upload is wholly there or wholly absent."""

from collections.abc import Iterator

import pytest

from tests.faults.processes import Service, running_service


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """Database, server and worker of the module's own, which its tests may kill."""
    with running_service(WEB_CONCURRENCY=2) as service:
        yield service
