"""What is wanting in open items as they came: what a collector has to ask the feed for."""

from django.db.models import Exists, OuterRef, Q

from customers.models import Customer
from receivables.models import OPEN
from receivables.money import CURRENCIES

NO_AMOUNT = Q(open_amount=None)
NO_DUE_DATE = OPEN & Q(due_date=None)
UNKNOWN_CURRENCY = OPEN & ~Q(currency__in=sorted(CURRENCIES))


def unknown_customer() -> Q:
    """Of a number that no customer of the account has, padded with zeros or not."""
    known = Customer.objects.filter(account=OuterRef("account"), customer_number_key=OuterRef("customer_number_key"))
    return OPEN & ~Q(Exists(known))
