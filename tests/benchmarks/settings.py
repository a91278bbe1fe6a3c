"""The service's settings, and beside its addresses those of the ways it is compared with."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.benchmarks.urls"
DATA_UPLOAD_MAX_MEMORY_SIZE = None  # DRF's own JSON parser would refuse some 3,000 invoices
