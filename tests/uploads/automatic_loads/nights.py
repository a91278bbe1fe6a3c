"""Automatic loads for tests: time passes, and they end."""

from datetime import timedelta

from receivables.uploads.loads.pending import end_pending
from receivables.uploads.models import FullLoad, LoadRequest
from tests.earlier import make_earlier

MINUTES = 30


def pass_time(minutes=MINUTES + 1):
    """Have everything that came so far come so many minutes earlier."""
    make_earlier(LoadRequest.objects, timedelta(minutes=minutes), "arrived_at", "ends_at")


def ended():
    pass_time()
    end_pending()
    return FullLoad.objects.latest("began_at")


def states():
    return list(FullLoad.objects.order_by("began_at").values_list("state", flat=True))
