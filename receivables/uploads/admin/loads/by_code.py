"""Full loads by company code: the last of each, how much they closed lately, and since when none closed anything."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import Now, TruncDate
from django.utils.safestring import SafeString

from apiauth.models import outer_account
from receivables.admin.shared.cells import share_text
from receivables.money import shown
from receivables.uploads.admin.loads.texts import items_text, nights_text, state_label
from receivables.uploads.models import LoadedCode, LoadState, RenumberingPass

LATELY = timedelta(days=14)
MOST = 200  # company codes on a page
Code = tuple[int, str]  # an account and a company code of it


@dataclass(frozen=True)
class CodeLine:
    """A company code: its last full load, what closed in LATELY by currency, and the nights since nothing closes."""

    last: LoadedCode
    closed_items: int
    closed_share: str
    closed: list[tuple[str, str]]  # an amount, and its share of what was open
    nights: int
    may_be_renumbered_until: datetime | None

    @property
    def state(self) -> SafeString:
        """What became of the last load, and for how many nights nothing closed."""
        return state_label(self.last.load, nights_text(self.nights) if self.nights else "")


@dataclass(frozen=True)
class WithheldLine:
    """A company code whose last full load is withheld: the load, what it lacks by currency, and for how many nights."""

    withheld: LoadedCode
    items: str
    amounts: list[str]
    nights: str


def code_lines(loaded: QuerySet[LoadedCode], accounts: Sequence[int]) -> list[CodeLine]:
    """Return the company codes of some accounts' loads, MOST at the most and one more where there are more. Loads that
    were taken back say nothing.
    """
    loaded = loaded.exclude(load__state=LoadState.UNDONE)
    last = _last_of_each(loaded)[: MOST + 1]
    lately = defaultdict(list)
    for each in loaded.filter(ended_at__gt=Now() - LATELY).order_by("ended_at"):
        lately[_code(each)].append(each)
    nights, passes = nights_withheld(accounts), _passes(accounts)
    return [_line(each, lately[_code(each)], nights, passes) for each in last]


def _last_of_each(loaded: QuerySet[LoadedCode]) -> QuerySet[LoadedCode]:
    by_time = loaded.order_by("account_id", "company_code", "-ended_at")
    return by_time.distinct("account_id", "company_code").select_related("account", "load")


def _code(loaded: LoadedCode) -> Code:
    return loaded.account_id, loaded.company_code


def _line(
    last: LoadedCode, lately: list[LoadedCode], nights: Mapping[Code, int], passes: Mapping[Code, datetime]
) -> CodeLine:
    before: list[dict[str, Any]] = next(
        (each.open for each in lately if each.open), []
    )  # before the first load of all nothing was open
    closed = [tally for each in lately for tally in each.closed]
    items = sum(tally["items"] for tally in closed)
    code = _code(last)
    return CodeLine(
        last,
        items,
        share_text(items, sum(tally["items"] for tally in before)),
        _shares(closed, before),
        0 if last.is_effective else nights.get(code, 0),
        passes.get(code),
    )


def _shares(closed: Iterable[dict[str, Any]], before: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return what closed of each currency, with its share of the sum without signs that was open before."""
    amounts, magnitudes = sums(closed, "amount"), sums(closed, "magnitude")
    open_before = sums(before, "magnitude")
    return [
        (shown(amount, currency), share_text(magnitudes[currency], open_before.get(currency, Decimal(0))))
        for currency, amount in amounts.items()
    ]


def sums(tallies: Iterable[dict[str, Any]], name: str) -> dict[str, Decimal]:
    """Return the sum of an amount of tallies, as LoadedCode has them, by currency."""
    added: dict[str, Decimal] = {}
    for tally in sorted(tallies, key=lambda each: each["currency"]):
        added[tally["currency"]] = added.get(tally["currency"], Decimal(0)) + Decimal(tally[name])
    return added


def withheld_lines(accounts: Sequence[int]) -> list[WithheldLine]:
    """Return the company codes of which a full load that lacks items waits for somebody to confirm it, with the newest
    such load.
    """
    waiting = LoadedCode.objects.filter(account__in=accounts, load__state=LoadState.WITHHELD).exclude(missing=[])
    found = list(_last_of_each(waiting)[:MOST])
    nights = nights_withheld(accounts) if found else {}
    return [
        WithheldLine(
            each,
            items_text(sum(tally["items"] for tally in each.missing)),
            [shown(amount, currency) for currency, amount in sums(each.missing, "amount").items()],
            nights_text(nights.get(_code(each), 1)),
        )
        for each in found
    ]


def nights_withheld(accounts: Sequence[int]) -> dict[Code, int]:
    """Return on how many days (UTC) full loads came of each company code since the last effective one."""
    effective = LoadedCode.objects.filter(
        account=outer_account(accounts),
        company_code=OuterRef("company_code"),
        is_effective=True,
        ended_at__gte=OuterRef("ended_at"),
    )
    others = LoadedCode.objects.filter(account__in=accounts, is_effective=False).exclude(load__state=LoadState.UNDONE)
    withheld = others.exclude(Exists(effective))
    counted = withheld.values("account_id", "company_code").annotate(nights=Count(TruncDate("ended_at"), distinct=True))
    return {(row["account_id"], row["company_code"]): row["nights"] for row in counted}


def _passes(accounts: Sequence[int]) -> dict[Code, datetime]:
    valid = RenumberingPass.objects.valid(accounts)
    found = valid.order_by("expires_at").values_list("account_id", "company_code", "expires_at")
    return {(account, code): until for account, code, until in found}
