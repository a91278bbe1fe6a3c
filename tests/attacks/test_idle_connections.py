"""Somebody opens as many connections as a process may have, and says nothing more: others are served all the same."""

import time
from contextlib import ExitStack

import pytest

from tests.http.wire import Wire, get, head

MOST = 20  # connections of the one process
IDLE = {"silent from the first": False, "kept after a request": True}


@pytest.fixture(scope="module")
def small(start):
    return start("gunicorn", WEB_THREADS=2, GUNICORN_CMD_ARGS=f"--worker-connections={MOST}")


@pytest.mark.parametrize("does_ask", IDLE.values(), ids=IDLE)
def test_idle_connections_keep_nobody_out(small, does_ask):
    with ExitStack() as held:
        for _ in range(2 * MOST):
            wire = held.enter_context(Wire(small.port))
            if does_ask:
                wire.send(head("GET", "/healthz", {}))
                assert wire.answer().status == 200
        began = time.monotonic()
        assert [get(small.port, "/healthz").status for _ in range(3)] == [200, 200, 200]
        assert time.monotonic() - began < 20  # idle connections are kept for 75


def test_silent_connections_hold_no_thread(start):
    server = start("gunicorn", WEB_THREADS=1)
    with ExitStack() as held:
        for _ in range(500):
            held.enter_context(Wire(server.port))
        assert get(server.port, "/healthz").status == 200


def test_a_silent_connection_does_not_hold_up_a_stop(start):
    server = start("gunicorn")
    with Wire(server.port), Wire(server.port) as asking:
        asking.send(head("GET", "/healthz", {}))
        assert asking.answer().status == 200
        server.terminate()
        assert server.process.wait(30) == 0  # idle connections are kept for 75 seconds


def test_the_oldest_idle_connection_makes_room(small):
    with ExitStack() as held:
        wires = [held.enter_context(Wire(small.port)) for _ in range(2 * MOST)]
        for wire in wires[-MOST // 2 :]:
            wire.send(head("GET", "/healthz", {}))
            assert wire.answer().status == 200
        assert wires[0].socket.recv(1) == b""
