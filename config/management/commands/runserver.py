"""Django's development server, made to take the published headers.

It drops every header whose name has an underscore, because `X_Forwarded_For` could otherwise pass for a
proxy's `X-Forwarded-For`. The two names of the key pair mean nothing to a proxy, so these two come back.
"""

from typing import Any

from django.contrib.staticfiles.management.commands import runserver
from django.core.servers.basehttp import WSGIRequestHandler, WSGIServer

PUBLISHED_NAMES = ("api_key", "api_secret")


class PublishedHeadersHandler(WSGIRequestHandler):
    def get_environ(self) -> dict[str, Any]:
        published = {name: self.headers.get_all(name, []) for name in PUBLISHED_NAMES}
        environ = super().get_environ()
        for name, values in published.items():
            variable = f"HTTP_{name.upper()}"
            if values:
                environ[variable] = ",".join([*filter(None, [environ.get(variable)]), *values])
        return environ


class PublishedHeadersServer(WSGIServer):
    def __init__(self, address: Any, handler: Any, *args: Any, **kwargs: Any):
        super().__init__(address, PublishedHeadersHandler, *args, **kwargs)


class Command(runserver.Command):
    server_cls = PublishedHeadersServer
