"""Automatic loads for tests: time passes, and they end."""

from datetime import timedelta

from django.db.models import F

from receivables.uploads.loads.pending import end_pending
from receivables.uploads.models import FullLoad, LoadRequest

MINUTES = 30


def pass_time(minutes=MINUTES + 1):
    """Have everything that came so far come so many minutes earlier."""
    earlier = timedelta(minutes=minutes)
    LoadRequest.objects.update(arrived_at=F("arrived_at") - earlier, ends_at=F("ends_at") - earlier)


def ended():
    pass_time()
    end_pending()
    return FullLoad.objects.latest("began_at")


def states():
    return list(FullLoad.objects.order_by("began_at").values_list("state", flat=True))
