"""How a full load ends: what it lacks is weighed and closed, or withheld until somebody confirms it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from apiauth.models import Account, ApiKey
from receivables.money import amount_text
from receivables.uploads.loads.brake import Limits, Reason, Weighed, least_rows, reasons
from receivables.uploads.loads.closing import close_missing, list_missing
from receivables.uploads.loads.doubts import doubts
from receivables.uploads.loads.missing import NearPair, Tallies, as_json, by_code, missing_by_group, near_pairs
from receivables.uploads.models import EFFECTIVE, Fate, Form, FullLoad, LoadedCode, LoadState
from receivables.uploads.storing.merge import Author
from receivables.uploads.storing.positions import Positions

MAX_LISTED = 100  # near identities, and company codes that are left out, in a receipt


@dataclass(frozen=True)
class Ending:
    """How a load ended, and by how much it moved what is open. `closed` has the items that are closed now."""

    state: LoadState
    reasons: list[Reason]
    missing: Tallies
    missing_positions: Positions
    pairs: list[NearPair]
    rows: Mapping[str, int]

    @property
    def is_withheld(self) -> bool:
        return self.state == LoadState.WITHHELD

    @property
    def closed_count(self) -> int:
        return sum(tally.items for tally in self.missing.values()) if self.state == LoadState.CLOSED else 0

    @property
    def before(self) -> Positions:
        """Of the closed items, what was open before."""
        return self.missing_positions if self.state == LoadState.CLOSED else Positions()

    @property
    def after(self) -> Positions:
        return self.before.settled()


@dataclass(frozen=True)
class Came:
    """What is known of a load when it ends: what was open in the account before it, its distinct items by company code,
    and the uploads that brought them.
    """

    open_before: Tallies
    rows: Mapping[str, int]
    uploads: list[Any]
    others: list[Reason] = field(default_factory=list)  # for which it is withheld, whatever is missing
    may_have_near: bool = True  # False where it is known that nothing missing has a near identity among what came


def end(cursor: Any, load: FullLoad, author: Author, came: Came) -> Ending:
    """End a load whose missing items are collected; the lock must be held. Saves the load and what it lacked."""
    missing, positions = missing_by_group(cursor)
    pairs = near_pairs(cursor, load, came.uploads) if missing and came.may_have_near else []
    withheld = reasons(
        _weighed(load, came, missing, Counter(pair.company_code for pair in pairs)), load.company_codes, _limits(load)
    )
    state = LoadState.WITHHELD if withheld else LoadState.CLOSED if missing else LoadState.NOTHING_TO_CLOSE
    ending = Ending(state, withheld, missing, positions, pairs, came.rows)
    if missing:
        list_missing(cursor, load, Fate.CLOSED if state == LoadState.CLOSED else Fate.MISSING, pairs)
    if state == LoadState.CLOSED:
        close_missing(cursor, author)
    _save(load, author, came, ending)
    return ending


def _limits(load: FullLoad) -> Limits:
    return Limits.of(load.account, is_uncounted=load.form == Form.AUTOMATIC)


def _weighed(load: FullLoad, came: Came, missing: Tallies, near: Mapping[str, int]) -> Weighed:
    codes = load.company_codes
    last = last_of_codes(load.account, codes)
    own = codes_of_key(load.api_key) if load.api_key else set(codes)
    return Weighed(
        came.open_before,
        missing,
        came.rows,
        {code: loaded.row_count for code, loaded in last.items()},
        frozenset(codes) - own,
        near,
        (*came.others, *doubts(load)),
    )


def last_of_codes(account: Account, codes: Iterable[str]) -> dict[str, LoadedCode]:
    """Return of each company code the last full load that stands, if there is one."""
    return _newest(LoadedCode.objects.filter(account=account, is_effective=True), codes)


def _newest(loaded: QuerySet[LoadedCode], codes: Iterable[str]) -> dict[str, LoadedCode]:
    newest = loaded.filter(company_code__in=codes).order_by("company_code", "-ended_at").distinct("company_code")
    return {each.company_code: each for each in newest}


def codes_of_key(api_key: ApiKey) -> set[str]:
    """Return the company codes of which a pair, or one that it replaced, sent a full load that stands."""
    own = LoadedCode.objects.filter(account=api_key.account_id, load__api_key__in=pairs(api_key), is_effective=True)
    return set(own.values_list("company_code", flat=True).distinct())


def pairs(api_key: ApiKey) -> list[int]:
    """Return the ids of a pair and of those that it replaced."""
    found, older = [api_key.pk], api_key.replaces
    while older:
        found.append(older.pk)
        older = older.replaces
    return found


def _save(load: FullLoad, author: Author, came: Came, ending: Ending) -> None:
    small = _small_codes(load, came.rows)
    _supersede_older(load, set(load.company_codes) - small)
    load.state, load.ended_at, load.commit_id = ending.state, author.moment, author.upload
    load.row_count = sum(came.rows.get(code, 0) for code in load.company_codes)
    load.reasons = [stored_reason(reason) for reason in ending.reasons]
    load.save()
    was_open, lacked = by_code(came.open_before), by_code(ending.missing)
    LoadedCode.objects.bulk_create(
        LoadedCode(
            account_id=load.account_id,
            load=load,
            company_code=code,
            row_count=came.rows.get(code, 0),
            open=as_json(was_open[code]),
            missing=as_json(lacked[code]),
            closed=as_json(lacked[code]) if ending.state == LoadState.CLOSED else [],
            ended_at=author.moment,
            is_effective=ending.state in EFFECTIVE and code not in small,
        )
        for code in load.company_codes
    )


def _small_codes(load: FullLoad, rows: Mapping[str, int]) -> set[str]:
    """Return the company codes of which a load has too few rows to say what is open, or to be what the next one is
    measured against. Where none stands yet, it is measured against the last that is withheld.
    """
    withheld = LoadedCode.objects.filter(account=load.account, load__state=LoadState.WITHHELD)
    last = _newest(withheld, load.company_codes) | last_of_codes(load.account, load.company_codes)
    least = load.account.closing_min_rows
    return {code for code, loaded in last.items() if rows.get(code, 0) < least_rows(loaded.row_count, least)}


def _supersede_older(load: FullLoad, codes: Iterable[str]) -> None:
    """Let no earlier load of these codes be confirmed any more."""
    others = FullLoad.objects.of_account(load.account).of_codes(list(codes)).exclude(pk=load.pk)
    others.filter(state=LoadState.WITHHELD).update(state=LoadState.SUPERSEDED)


def stored_reason(reason: Reason) -> dict[str, Any]:
    """Return a reason as receipts have it, with `params` as stored errors have them."""
    about = {"companyCode": reason.company_code, "currency": reason.currency}
    rendered = reason.message
    named = {name: value for name, value in about.items() if value is not None}
    return {"code": rendered.code, "message": rendered.message, "params": rendered.params, **named}


def snapshot_of(load: FullLoad) -> dict[str, Any]:
    """Return what every receipt of a load says of it, whatever becomes of it."""
    return {
        "id": str(load.pk),
        "companyCodes": load.company_codes,
        "extractedAt": load.extracted_at and load.extracted_at.isoformat(),
        "outcome": None,
        "wouldBe": None,
        "reasons": [],
        "missing": [],
        "leftOut": [],
        "nearIdentities": [],
    }


def refused_snapshot(load: FullLoad) -> dict[str, Any]:
    """Return what the receipt of a refused upload says: a load in one request is refused with it, and is not stored."""
    is_whole = load.form in (Form.REQUEST, Form.FILE)
    return snapshot_of(load) | ({"id": None, "outcome": LoadState.REFUSED.value} if is_whole else {})


def snapshot(load: FullLoad, ending: Ending, open_before: Tallies, *, is_dry_run: bool = False) -> dict[str, Any]:
    """Return what a receipt tells of the load: what became of it, or of a dry run what would have.

    Near identities are ids of invoices. Of a dry run those that it would have created have none.
    """
    outcome = str(ending.state)
    left_out = sorted({code for code, _ in open_before} - set(load.company_codes))
    return snapshot_of(load) | {
        "outcome": None if is_dry_run else outcome,
        "wouldBe": outcome if is_dry_run else None,
        "reasons": [stored_reason(reason) for reason in ending.reasons],
        "missing": [
            {
                "companyCode": code,
                "currency": currency,
                "items": tally.items,
                "openAmount": amount_text(tally.amount, load.account.amount_decimal_places),
            }
            for (code, currency), tally in sorted(ending.missing.items())
        ],
        "leftOut": left_out[:MAX_LISTED],
        "nearIdentities": [
            {"missingId": pair.missing_id} | ({} if is_dry_run else {"createdId": pair.created_id})
            for pair in ending.pairs[:MAX_LISTED]
        ],
    }
