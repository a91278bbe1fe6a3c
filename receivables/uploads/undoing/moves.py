"""How much an undo may move of an account where no one confirms it: the limits of what full loads close by themselves,
over all company codes.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from customers.models import Customer
from receivables.uploads.loads.brake import Limits
from receivables.uploads.loads.messages import amount_value
from receivables.uploads.loads.missing import Tally, open_by_group
from receivables.uploads.messages import NO_CURRENCY, ExactNumber, GroupedNumber, RenderedMessage
from receivables.uploads.resources import Resource
from receivables.uploads.undoing import messages
from receivables.uploads.undoing.fates import Fates
from receivables.uploads.undoing.targets import UndoRefused

Tallies = dict[str, Tally]  # by currency


def refuse_large(cursor: Any, foreseen: Fates, limits: Limits) -> None:
    """Raise UndoRefused where more than the limits would move. Money is without signs; an item that moves to another
    currency moves in both.
    """
    target = foreseen.target
    if target.resource == Resource.CUSTOMERS:
        everything = {"": Tally(Customer.objects.of_account(target.account).count())}
    else:
        everything = _open_by_currency(cursor, target.account.pk)
    for currency, tally in sorted(_moved(foreseen).items()):
        for rendered in _over(currency, tally, everything.get(currency, Tally()), limits, target.resource):
            raise UndoRefused(rendered)


def _open_by_currency(cursor: Any, account: int) -> Tallies:
    sums: defaultdict[str, Tally] = defaultdict(Tally)
    for (_, currency), tally in open_by_group(cursor, account).items():
        sums[currency] += tally
    return sums


def _moved(foreseen: Fates) -> Tallies:
    sums: defaultdict[str, Tally] = defaultdict(Tally)
    for group in foreseen.going:
        if group.currency == group.currency_after:
            sums[group.currency] += Tally(group.rows, magnitude=group.magnitude_moved)
        else:
            sums[group.currency] += Tally(group.rows, magnitude=group.magnitude_before)
            sums[group.currency_after] += Tally(group.rows, magnitude=group.magnitude_after)
    return sums


def _over(currency: str, moved: Tally, everything: Tally, limits: Limits, resource: str) -> Iterator[RenderedMessage]:
    of_customers = resource == Resource.CUSTOMERS
    group = messages.ALL_CUSTOMERS if of_customers else currency or NO_CURRENCY
    share = ExactNumber(f"{limits.max_share.normalize():f}")
    if moved.items * 100 > everything.items * limits.max_share and moved.items > limits.max_items:
        counts = {"count": GroupedNumber(moved.items), "open": GroupedNumber(everything.items)}
        yield messages.TOO_MANY_ITEMS.rendered(group=group, share=share, most=GroupedNumber(limits.max_items), **counts)
    shown = amount_value(moved.magnitude, limits.decimal_places)
    is_large = moved.magnitude * 100 > everything.magnitude * limits.max_share
    if is_large and moved.items > limits.max_items_by_amount:
        about = {"open": amount_value(everything.magnitude, limits.decimal_places), "share": share}
        most = GroupedNumber(limits.max_items_by_amount)
        yield messages.TOO_MUCH_MONEY.rendered(group=group, amount=shown, most=most, **about)
    if limits.max_amount is not None and moved.magnitude > limits.max_amount:
        most_amount = amount_value(limits.max_amount, limits.decimal_places)
        yield messages.OVER_AMOUNT_LIMIT.rendered(group=group, amount=shown, most=most_amount)
