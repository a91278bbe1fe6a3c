"""Settings of `manage.py send_feed`: it runs where files are made, without the server's database, secrets and pages.

It reads no variable of the server's but UPLOAD_MAX_BYTES, and writes nothing.
"""

import os

from apiauth.apps import ApiauthConfig
from receivables.uploads.apps import UploadsConfig


# Our apps, of which a sender needs the tables, not what they register: that takes a sixth of a second to load.
class SenderApiauthConfig(ApiauthConfig):
    def ready(self) -> None:
        pass


class SenderUploadsConfig(UploadsConfig):
    def ready(self) -> None:
        pass


SECRET_KEY = API_KEY_PEPPER = "a sender signs nothing"  # noqa: S105 - no secret
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "receivables.uploads.client.settings.SenderApiauthConfig",
    "customers",
    "receivables",
    "receivables.uploads.client.settings.SenderUploadsConfig",
]
DATABASES: dict[str, dict[str, str]] = {}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_I18N = False  # a terminal is spoken to in English, like programs
USE_TZ = True
UPLOAD_MAX_BYTES = int(os.environ.get("UPLOAD_MAX_BYTES") or 512 * 1024 * 1024)
