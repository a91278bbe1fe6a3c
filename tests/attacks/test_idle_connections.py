"""Somebody opens as many connections as a process may have, and says nothing more: others are served all the same."""

from contextlib import ExitStack

from tests.http.wire import Wire, get, head


def test_silent_connections_hold_threads_for_a_moment_alone(start):
    server = start("gunicorn", WEB_THREADS=4)
    with ExitStack() as held:
        for _ in range(100):
            held.enter_context(Wire(server.port))
        assert get(server.port, "/healthz").status == 200


def test_a_silent_connection_does_not_hold_up_a_stop(start):
    server = start("gunicorn")
    with Wire(server.port), Wire(server.port) as asking:
        asking.send(head("GET", "/healthz", {}))
        assert asking.answer().status == 200
        server.terminate()
        assert server.process.wait(30) == 0  # idle connections are kept for 75 seconds
