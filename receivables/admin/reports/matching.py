"""Which open items may explain a difference: those of its amount, and pairs that add up to it.

The items of the groups that differ are read by one query, and looked up by their amounts in a table in memory.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, F, Q, Value

from receivables.admin.invoices.model_admin import with_customers
from receivables.admin.reports.head import Head
from receivables.models import Invoice
from receivables.money import EXACT
from receivables.reports.aging import AnyOf

MOST_ITEMS = 200_000  # open items of the groups whose pairs are looked for
MOST_GROUPS = 50  # that are explained
MOST_PAIRS = 20_000  # of one group that are considered
MOST_OF_AMOUNT = 100  # items of one amount that are considered for pairs
MOST_SHOWN = 10  # of each kind

Group = tuple[str, str]  # company code and currency
ByAmount = dict[Decimal, list[int]]  # the ids of the items of each amount


@dataclass
class Explanation:
    """Items that may explain one difference. `pairs_searched` is false where the group has too many items, and
    `has_more` says that not all are shown.
    """

    group: Group
    difference: Decimal
    singles: list[Any] = field(default_factory=list)
    pairs: list[tuple[Any, Any]] = field(default_factory=list)
    pairs_searched: bool = True
    has_more: bool = False


def explanations(head: Head, differences: dict[Group, Decimal], counts: dict[Group, int]) -> list[Explanation]:
    """Return an explanation for each of the first differences; `counts` are the numbers of the groups' open items."""
    found, budget = [], MOST_ITEMS
    for group, difference in islice(differences.items(), MOST_GROUPS):
        is_searched = counts.get(group, 0) <= budget
        budget -= counts.get(group, 0) if is_searched else 0
        found.append(Explanation(group, difference, pairs_searched=is_searched))
    items = _items_by_amount(head, found)
    pairs = {each.group: _pairs(each, items[each.group]) for each in found if each.pairs_searched}
    numbers = _customer_numbers(head, {pk for own in pairs.values() for pair in own for pk in pair})
    for each in found:
        singles = [pk for amount in _either(each.difference) for pk in items[each.group].get(amount, [])]
        own = sorted(pairs.get(each.group, []), key=lambda pair: (numbers[pair[0]] != numbers[pair[1]], pair))
        each.has_more |= len(singles) > MOST_SHOWN or len(own) > MOST_SHOWN
        each.singles, each.pairs = singles[:MOST_SHOWN], own[:MOST_SHOWN]
    _fill_in(head, found)
    return found


def _either(difference: Decimal) -> list[Decimal]:
    return [difference, difference.copy_negate()]


def _items_by_amount(head: Head, found: Sequence[Explanation]) -> dict[Group, ByAmount]:
    """Return the items of each group by amount; of a group with too many items, those of the difference alone."""
    conditions = []
    for each in found:
        code, currency = each.group
        of_amount = Q() if each.pairs_searched else Q(open_amount__in=_either(each.difference))
        conditions.append(of_amount & Q(company_code=code, currency=currency))
    open_items: Any = head.items(for_sums=True).open().filter(reduce(or_, conditions, Q(pk__in=[])))
    rows = open_items.filter(open_amount__isnull=False).order_by("pk")
    items: dict[Group, ByAmount] = defaultdict(lambda: defaultdict(list))
    for code, currency, amount, pk in rows.values_list("company_code", "currency", "open_amount", "pk"):
        items[code, currency][amount].append(pk)
    return items


def _pairs(each: Explanation, items: ByAmount) -> list[tuple[int, int]]:
    """Return the pairs that add up to the difference, each with the lower id first."""
    pairs = list(islice(_all_pairs(each.difference, items), MOST_PAIRS + 1))
    each.has_more = len(pairs) > MOST_PAIRS
    return pairs[:MOST_PAIRS]


def _all_pairs(difference: Decimal, items: ByAmount) -> Iterator[tuple[int, int]]:
    for amount, own in items.items():
        other = EXACT.subtract(difference, amount)
        if amount <= other and other in items:
            for first in own[:MOST_OF_AMOUNT]:
                for second in items[other][:MOST_OF_AMOUNT]:
                    if amount != other or first < second:
                        yield min(first, second), max(first, second)


def _customer_numbers(head: Head, pks: set[int]) -> dict[int, str]:
    """Return the customer's number of each item. It never changes, so it is that of now."""
    ids = Value(sorted(pks), output_field=ArrayField(BigIntegerField()))
    items: Any = Invoice.objects.of_account(head.account).filter(AnyOf(F("pk"), ids))
    return dict(items.order_by().values_list("pk", "customer_number_key"))


def _fill_in(head: Head, found: Sequence[Explanation]) -> None:
    """Put the items, each with its customer, in place of their ids."""
    pks = {pk for each in found for pk in (*each.singles, *(pk for pair in each.pairs for pk in pair))}
    items = head.items().filter(pk__in=pks)
    by_pk = {item.pk: item for item in with_customers(list(items), head.moment)}
    for each in found:
        each.singles = [by_pk[pk] for pk in each.singles]
        each.pairs = [(by_pk[first], by_pk[second]) for first, second in each.pairs]
