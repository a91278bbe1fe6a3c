"""A server that is not ours and answers as a script says: of loads in parts that break between two requests."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple


class Request(NamedTuple):
    """A request as it came; `path` has its query."""

    method: str
    path: str
    headers: Any
    body: bytes


Script = Callable[[Request], tuple[int, object]]  # the status, and what is sent as JSON


@contextmanager
def server_by_script(script: Script) -> Iterator[Any]:
    """Yields the server, with its port and the `requests` that it was sent."""

    class Answer(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = Request(self.command, self.path, self.headers, body)
            server.requests.append(request)
            status, document = script(request)
            text = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_POST = do_DELETE = do_GET = answer

        def log_message(self, *args: Any) -> None:
            pass

    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.requests = []
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
