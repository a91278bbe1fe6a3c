"""The WSGI application that every server runs."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config.bodies import WholeBodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = WholeBodies(get_wsgi_application(), max_bytes=settings.UPLOAD_MAX_BYTES)
