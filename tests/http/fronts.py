"""Programs that stand in front of the service: started before a server, until a block ends."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.http import wire
from tests.http.servers import START_SECONDS, STOP_SECONDS, reserved_port, wait_until
from tests.programs import path_of

NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/bodies; proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {lines}
}}
"""


@contextmanager
def varnish(folder: Path, server: int) -> Iterator[int]:
    """Run Varnish with the rules it comes with before the server of this port; yields its own port."""
    with reserved_port() as port:
        own = ["-a", f"127.0.0.1:{port}", "-b", f"127.0.0.1:{server}"]
        storage = ["-n", str(folder), "-s", "malloc,16m", "-j", "none", "-F"]
        with _running([path_of("varnishd"), *own, *storage], folder, port):
            yield port


@contextmanager
def nginx(folder: Path, lines: str, port: int) -> Iterator[None]:
    """Run nginx with these lines in its `http`, of which one lets it listen on the port."""
    file = folder / "nginx.conf"
    file.write_text(NGINX.format(folder=folder, lines=lines))
    with _running([path_of("nginx"), "-p", str(folder), "-c", str(file)], folder, port):
        yield


@contextmanager
def _running(command: list[str], folder: Path, port: int) -> Iterator[None]:
    with (folder / "output.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait_until(lambda: _is_up(process, folder, port), START_SECONDS)
            yield
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)


def _is_up(process: subprocess.Popen[bytes], folder: Path, port: int) -> bool:
    assert process.poll() is None, (folder / "output.log").read_text()
    try:
        return wire.get(port, "/healthz").status == 200
    except OSError:
        return False
