"""The service's settings, with everything it makes by itself in a folder of the tests' own."""

import os

os.environ.setdefault("VAR_DIR", "var/tests")

from config.settings import *  # noqa: F403 - they read VAR_DIR

# The processes that tests start run the service as it is.
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
