"""The WSGI application that every server runs."""

import os

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application

from config.http.addresses import under_prefix
from config.http.answers import with_request_ids
from config.http.bodies import WholeBodies
from config.http.static_files import collect_static_files

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class RequestInUTF8(WSGIRequest):
    """A request whose address and form are read as UTF-8, whatever charset its Content-Type names.

    Django would believe the name. Of `unicode_escape` come characters that no database takes: a login with such a
    field failed before a wrong password was counted. Many another name makes no text at all.
    """

    @property
    def encoding(self) -> None:
        return None

    @encoding.setter
    def encoding(self, name: str | None) -> None:
        pass


django.setup()
collect_static_files()  # before WhiteNoise looks which there are
django_application = get_wsgi_application()
django_application.request_class = RequestInUTF8
whole_bodies = WholeBodies(django_application, max_bytes=settings.UPLOAD_MAX_BYTES)
application = with_request_ids(under_prefix(whole_bodies, settings.PUBLIC_URL.prefix))
