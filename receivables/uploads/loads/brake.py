"""When a full load may not close by itself what it lacks: the limits, as arithmetic alone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain

from apiauth.models import Account
from receivables.uploads.loads import messages
from receivables.uploads.loads.missing import ByCurrency, Tallies, Tally, by_code
from receivables.uploads.messages import ExactNumber, GroupedNumber, Joined, Phrase, RenderedMessage


@dataclass(frozen=True)
class Limits:
    """Of one account. Shares are percent."""

    max_share: Decimal
    max_items: Decimal
    max_items_by_amount: Decimal
    max_amount: Decimal | None
    min_rows: Decimal
    decimal_places: int

    @classmethod
    def of(cls, account: Account, *, is_uncounted: bool = False) -> "Limits":
        """Return an account's limits; of a load that nobody counted they are a quarter, and it has 95 % of the rows."""
        limits = cls(
            Decimal(account.closing_max_share),
            Decimal(account.closing_max_items),
            Decimal(account.closing_max_items_by_amount),
            account.closing_max_amount,
            Decimal(account.closing_min_rows),
            account.amount_decimal_places,
        )
        return limits._quartered() if is_uncounted else limits

    def _quartered(self) -> "Limits":
        return replace(
            self,
            max_share=self.max_share / 4,
            max_items=self.max_items / 4,
            max_items_by_amount=self.max_items_by_amount / 4,
            max_amount=None if self.max_amount is None else self.max_amount / 4,
            min_rows=max(self.min_rows, Decimal(95)),
        )


@dataclass(frozen=True)
class Reason:
    """Why a load is withheld: of which company code and currency, as far as it is of one."""

    message: RenderedMessage
    company_code: str | None = None
    currency: str | None = None


@dataclass(frozen=True)
class Weighed:
    """What is weighed of one load. Rows are distinct items by company code; `last_rows` those of the last load that
    stands, by the codes that had one; `new_to_key` the codes of which its key sent none that stands.
    """

    open: Tallies
    missing: Tallies
    rows: Mapping[str, int]
    last_rows: Mapping[str, int]
    new_to_key: frozenset[str] = frozenset()
    near: Mapping[str, int] | None = None  # near identities by company code
    others: tuple[Reason, ...] = ()


def reasons(weighed: Weighed, codes: Iterable[str], limits: Limits) -> list[Reason]:
    """Return why a load is withheld; none if it may close. One group beyond its limit withholds all of it."""
    if not weighed.missing:
        return []
    everything, missing = by_code(weighed.open), by_code(weighed.missing)
    of_codes = [(code, missing[code], everything[code]) for code in sorted(codes)]
    found = [*weighed.others, *chain.from_iterable(_of_code(weighed, *of_code, limits) for of_code in of_codes)]
    return found or list(_of_all(of_codes, limits))


def _of_all(of_codes: Iterable[tuple[str, ByCurrency, ByCurrency]], limits: Limits) -> Iterator[Reason]:
    """Each of many small company codes may lack so little that it is within its limits."""
    lacked, whole = Tally(), Tally()
    for _, missing, everything in of_codes:
        lacked, whole = sum(missing.values(), lacked), sum(everything.values(), whole)
    if _are_too_many(lacked, whole, limits):
        yield _too_many(messages.ALL_CODES, lacked, whole, limits)


def least_rows(last: int, percent: Decimal | int) -> int:
    """Return how many items a load needs, of so many that the last one had: rounded down, so that one of three may be
    paid, but one at least, for a company code that is left out closes nothing.
    """
    return max(1, int(last * percent / 100)) if last else 0


def _of_code(
    weighed: Weighed, code: str, missing: ByCurrency, everything: ByCurrency, limits: Limits
) -> Iterator[Reason]:
    lacked, group = sum(missing.values(), Tally()), messages.group_value(code)
    yield from _of_rows(weighed, code, lacked, limits)
    if near := (weighed.near or {}).get(code):
        yield Reason(messages.NEAR_IDENTITY.rendered(group=group, count=GroupedNumber(near)), code)
    whole = sum(everything.values(), Tally())
    if len(missing) > 1 and _are_too_many(lacked, whole, limits):
        yield _too_many(group, lacked, whole, limits, code)
    for currency, tally in sorted(missing.items()):
        yield from _of_group(code, currency, tally, everything.get(currency, Tally()), limits)


def _of_rows(weighed: Weighed, code: str, lacked: Tally, limits: Limits) -> Iterator[Reason]:
    """Of how many rows came, beside the last time."""
    last, rows = weighed.last_rows.get(code), weighed.rows.get(code, 0)
    group, count = messages.group_value(code), GroupedNumber(lacked.items)
    if last is not None and rows < least_rows(last, limits.min_rows):
        values = {"rows": GroupedNumber(rows), "last": GroupedNumber(last), "share": _plain(limits.min_rows)}
        yield Reason(messages.FEWER_ROWS.rendered(group=group, **values), code)
    elif lacked.items and last is None:
        yield Reason(messages.FIRST_LOAD.rendered(group=group, count=count), code)
    elif lacked.items and not rows:
        yield Reason(messages.NO_ROWS_OF_CODE.rendered(group=group, count=count), code)
    if lacked.items and last is not None and code in weighed.new_to_key:
        yield Reason(messages.NEW_TO_KEY.rendered(group=group, count=count), code)


def _of_group(code: str, currency: str, missing: Tally, everything: Tally, limits: Limits) -> Iterator[Reason]:
    def shown(amount: Decimal) -> ExactNumber:
        return messages.amount_value(amount, limits.decimal_places)

    group = messages.group_value(code, currency)
    if _are_too_many(missing, everything, limits):
        yield _too_many(group, missing, everything, limits, code, currency)
    share = limits.max_share / 100
    if missing.magnitude > everything.magnitude * share and missing.items > limits.max_items_by_amount:
        values = {"amount": shown(missing.magnitude), "open": shown(everything.magnitude)}
        about = {"share": _plain(limits.max_share), "most": GroupedNumber(limits.max_items_by_amount)}
        yield Reason(messages.TOO_MUCH_MONEY.rendered(group=group, **values, **about), code, currency)
    if limits.max_amount is not None and missing.magnitude > limits.max_amount:
        values = {"amount": shown(missing.magnitude), "most": shown(limits.max_amount)}
        yield Reason(messages.OVER_AMOUNT_LIMIT.rendered(group=group, **values), code, currency)


def _are_too_many(missing: Tally, everything: Tally, limits: Limits) -> bool:
    return missing.items * 100 > everything.items * limits.max_share and missing.items > limits.max_items


def _too_many(group: Joined | Phrase, missing: Tally, everything: Tally, limits: Limits, *of: str) -> Reason:
    counts = {"count": GroupedNumber(missing.items), "open": GroupedNumber(everything.items)}
    about = {"share": _plain(limits.max_share), "most": GroupedNumber(limits.max_items)}
    return Reason(messages.TOO_MANY_ITEMS.rendered(group=group, **counts, **about), *of)


def _plain(share: Decimal) -> ExactNumber:
    return ExactNumber(f"{share.normalize():f}")
