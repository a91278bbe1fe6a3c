"""The production server's settings; gunicorn reads this file of its working directory by itself.

Reading JSON holds the interpreter's lock, so that processes come first. The threads of each are there to wait: for
senders, readers and the database. One that stalls keeps its thread for a while, and no more than that. With eight a
process twice as many may stall, but it answers a tenth fewer pages a second.
"""

import os
import socket
import sys
from pathlib import Path

from gunicorn import util

from config.http import senders
from config.http.answers import raw_http_problem
from config.var_dir import generated_secret

wsgi_app = "config.wsgi"
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "4"))
threads = int(os.environ.get("WEB_THREADS", "4"))
reuse_port = True  # the kernel spreads connections evenly over the workers
timeout = 120
worker_connections = 10_000  # idle ones hold no thread, but a process with its most takes no further one
graceful_timeout = 300  # longer than the longest upload, so that a stop loses none
keepalive = int(os.environ.get("KEEPALIVE_SECONDS", "75"))  # longer than clients' pools keep what they do not use
limit_request_line = 8190
control_socket_disable = True  # it would stand in the home folder, one for all copies of the service
access_log_format = '%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s" %({x-request-id}o)s'
accesslog = "-" if os.environ.get("ACCESS_LOG") else None

# gunicorn drops header names with underscores, and these two are the published names of the key pair.
# They are the only ones let through: the list is named in place of the default, and with no scheme
# headers a trusted peer is trusted with nothing else.
forwarder_headers = "API_KEY,API_SECRET"
forwarded_allow_ips = "*"
secure_scheme_headers: dict[str, str] = {}

# No thread waits for long for whoever sends or reads nothing more.
senders.install(threads)
pre_request, post_request = senders.expect_body, senders.expect_head


def on_starting(server):
    """Refuse a taken port, and let the parent process own the embedded database, so that it stops with the server.
    It makes the secrets as well: a process that could not would be started again and again.
    """
    refuse_taken_ports(server.cfg.address)
    var_dir = Path(os.environ.get("VAR_DIR", "var")).absolute()
    for name in ("SECRET_KEY", "API_KEY_PEPPER"):
        if not os.environ.get(name):
            generated_secret(var_dir / name.lower())
    if not os.environ.get("DATABASE_URL"):
        from config.embedded_postgres import socket_folder

        folder = socket_folder(var_dir)
        os.environ["DATABASE_URL"] = f"postgresql://postgres@/postgres?host={folder}"


def refuse_taken_ports(addresses):
    """With reuse_port two copies would share a port and split the requests between them, without a word."""
    for host, port in (address for address in addresses if isinstance(address, tuple)):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                sys.exit(f"{host}:{port} cannot be served: {error.strerror}. Name another port, as in PORT=8001.")


def write_problem(sock, status_int, reason, mesg):
    """Answer a request that never reached the application (a malformed one) in the API's form, not in HTML."""
    util.write_nonblock(sock, raw_http_problem(status_int, reason, mesg))


util.write_error = write_problem
