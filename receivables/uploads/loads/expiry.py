"""Full loads in parts that expire, because no part came for too long, whether a worker runs or not."""

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from apiauth.models import Account
from receivables.uploads.models import Form, FullLoad, LoadState, State, Upload
from receivables.uploads.models.loads import FullLoadQuerySet

LIFETIME = timedelta(hours=6)  # after the last part


def overdue() -> FullLoadQuerySet:
    """Return the open loads that are due to expire; none of which a part waits for a worker."""
    of_load = Upload.objects.filter(account=OuterRef("account"), load_id=OuterRef("pk"))
    late = FullLoad.objects.under_way().filter(form=Form.PARTS, last_part_at__lt=timezone.now() - LIFETIME)
    return late.exclude(Exists(of_load.exclude(state=State.FINISHED)))


def expire(account: Account | None = None) -> int:
    """End them, of an account or of all; return how many. Who only reads writes nothing where there are none."""
    late = overdue().of_account(account) if account else overdue()
    return late.update(state=LoadState.EXPIRED, ended_at=timezone.now()) if late.exists() else 0
