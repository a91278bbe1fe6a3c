"""The service's PostgreSQL backend, whose server starts with the first connection."""

from typing import Any

from django.conf import settings

from config.database import base
from config.embedded_postgres import socket_folder

FOLDER = settings.VAR_DIR  # of all connections of the process


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        return super().get_connection_params() | {"host": socket_folder(FOLDER)}
