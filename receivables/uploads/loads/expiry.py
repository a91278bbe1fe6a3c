"""Full loads in parts that expire, because no part came for too long, whether a worker runs or not."""

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from receivables.uploads.models import Form, FullLoad, LoadState, State, Upload
from receivables.uploads.models.loads import FullLoadQuerySet

LIFETIME = timedelta(hours=6)  # after the last part


def overdue() -> FullLoadQuerySet:
    """Return the open loads that are due to expire; none of which a part waits for a worker."""
    of_load = Upload.objects.filter(account=OuterRef("account"), load_id=OuterRef("pk"))
    late = FullLoad.objects.under_way().filter(form=Form.PARTS, last_part_at__lt=timezone.now() - LIFETIME)
    return late.exclude(Exists(of_load.exclude(state=State.FINISHED)))


def expire(*accounts: int) -> int:
    """End them, of these accounts or of all; return how many. Who only reads writes nothing where there are none."""
    late = overdue()
    if len(accounts) == 1:  # a cluster then asks the machine of one account alone
        late = late.filter(account=accounts[0])
    elif accounts:
        late = late.filter(account__in=accounts)
    return late.update(state=LoadState.EXPIRED, ended_at=timezone.now()) if late.exists() else 0
