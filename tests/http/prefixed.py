"""The service under a path of another host: behind an nginx that hands the prefix on, or takes it off."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.http.fronts import nginx
from tests.http.servers import reserved_port

PREFIX = "/ar"
FORMS = {"handed on": "", "taken off": "/"}  # what nginx puts in the prefix's place: nothing keeps it
LINES = """
    underscores_in_headers on; client_max_body_size 64m;
    server {{
        listen 127.0.0.1:{port};
        location = /healthz {{ proxy_pass http://127.0.0.1:{server}; }}
        location {prefix}/ {{
            proxy_set_header Host $http_host;
            proxy_pass http://127.0.0.1:{server}{rest};
        }}
        location / {{ return 418; }}
    }}
"""


@contextmanager
def under_a_prefix(start, folder: Path, form: str) -> Iterator[str]:
    """Run the service and nginx until the block ends; yields the address that is known outside, its PUBLIC_URL."""
    with reserved_port() as port:
        address = f"http://127.0.0.1:{port}{PREFIX}"
        server = start("gunicorn", PUBLIC_URL=address)
        lines = LINES.format(port=port, server=server.port, prefix=PREFIX, rest=FORMS[form])
        with nginx(folder, lines, port):
            yield address
