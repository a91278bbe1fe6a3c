"""The service's settings, with everything it makes by itself in a folder of the tests' own."""

import os

os.environ.setdefault("VAR_DIR", "var/tests")

from config.settings import *  # noqa: F403 - they read VAR_DIR

MIDDLEWARE = ["tests.request_ids.AddRequestId", *MIDDLEWARE]  # noqa: F405
REST_FRAMEWORK |= {"TEST_REQUEST_DEFAULT_FORMAT": "json"}  # noqa: F405

# The processes that tests start run the service as it is.
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
