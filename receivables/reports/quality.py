"""What open items lack: what a collector has to request from the feed."""

from django.db.models import Exists, Q

from receivables.models import OPEN
from receivables.models.customer_matching import customers_of_outer_item
from receivables.money import CURRENCIES

NO_AMOUNT = Q(open_amount=None)
NO_DUE_DATE = OPEN & Q(due_date=None)
UNKNOWN_CURRENCY = OPEN & ~Q(currency__in=sorted(CURRENCIES))


def unknown_customer() -> Q:
    """Of no customer that was sent: none has their number, or only customers of other company codes have it."""
    return OPEN & ~Q(Exists(customers_of_outer_item()))
