"""The rules of full loads in plain words: a ledger of a few items, in memory, that does all of them one by one.

Time is counted in turns, one for each thing that happens; an extract is of between two of them. Moments count what
merged. All turns of an hour lie within the quarter of an hour in which rows may be newer than an extract, and hours lie
further apart.
"""

from collections import Counter
from collections.abc import Iterable, Sized
from dataclasses import dataclass, field

from tests.cases.full_loads.model_records import (
    Amount,
    Item,
    Limits,
    Load,
    Merged,
    Refused,
    Rows,
    Told,
    code_of,
    group_of,
)


@dataclass
class Model:
    limits: Limits
    turn: int = 0
    hours: list[int] = field(default_factory=lambda: [0])  # the turns that they begin with
    items: dict[int, Item] = field(default_factory=dict)
    loads: list[Load] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    standing: dict[str, int] = field(default_factory=dict)  # rows of the last load of a code that stands
    own_codes: dict[int, set[str]] = field(default_factory=lambda: {0: set(), 1: set()})
    waiting: int = 0

    @property
    def open(self) -> dict[int, Amount]:
        return {number: item.open for number, item in self.items.items() if item.open != 0}

    # Uploads

    def change(self, rows: Rows, as_of: float) -> Told:
        told = Told()
        self._merge(rows, as_of, told)
        return told

    def full_load(self, sender: int, codes: Iterable[str] | None, rows: Rows, as_of: float) -> Told:
        named = {code_of(number) for number in rows.amounts} | self.own_codes[sender] if codes is None else set(codes)
        load = self._begun(sender, named, as_of)
        load.protected, load.unreadable = set(rows.bad), {0: rows.unreadable}
        load.present, load.rows = set(rows.amounts), Counter(map(code_of, rows.amounts))
        self.loads.append(load)
        told = Told()
        self._merge(rows, as_of, told)
        self._end(load, told)
        return told

    def begin(self, sender: int, codes: Iterable[str], as_of: float) -> Load:
        mine = [load for load in self._open_loads(codes) if (load.sender, set(load.codes)) == (sender, set(codes))]
        load = self._begun(sender, set(codes), as_of, but=mine, in_parts=True)
        for earlier in mine:
            earlier.state = "abandoned"
        self.loads.append(load)
        return load

    def part(self, load: Load, rows: Rows, number: int) -> Told:
        if load.state != "open":
            raise Refused
        told = Told()
        self._merge(rows, self.turn if load.as_of == load.began else load.as_of, told)
        load.present |= set(rows.amounts)
        load.protected |= rows.bad
        load.unreadable[number] = rows.unreadable
        return told

    def commit(self, load: Load, *, allow_empty: bool = False) -> Told:
        has_rows = any(code_of(number) in load.codes for number in load.present)
        if load.state != "open" or not load.in_parts or not (has_rows or allow_empty):
            raise Refused
        told = Told()
        self.merged.append(Merged(self.turn, set()))
        load.rows = Counter(map(code_of, load.present))
        self._end(load, told)
        return told

    def confirm(self, load: Load) -> Told:
        if load.state != "withheld" or self._is_unknown(load):
            raise Refused
        told, found = Told(), self._missing(load) & load.listed
        self.merged.append(Merged(self.turn, set()))
        for other in self.loads:
            if other.state == "withheld" and other.began < load.began and set(other.codes) & set(load.codes):
                other.state = "superseded"
        self._close(load, found, told)
        self._stands(load, load.codes)
        return told

    def abandon(self, load: Load) -> None:
        if load.state != "open":
            raise Refused
        load.state = "abandoned"

    def _merge(self, rows: Rows, as_of: float, told: Told) -> None:
        self.merged.append(Merged(self.turn, set(rows.amounts)))
        told.counts["rejected"] = len(rows.bad) + rows.unreadable
        for number, amount in rows.amounts.items():
            told.counts[self._take(number, amount, as_of, told)] += 1
        self.merged[-1].is_known = bool(self.loads) or not told.counts["unchanged"]

    def _take(self, number: int, amount: Amount, as_of: float, told: Told) -> str:
        moment, item = len(self.merged), self.items.get(number)
        if item is None:
            self.items[number] = Item(amount, moment)
            return "created"
        reopens = item.closed_by is not None and amount != 0
        if reopens and item.closed_by and item.closed_by.as_of > as_of:
            return "unchanged"
        if not reopens and item.amount == amount:
            return "unchanged"
        told.counts["reopened"] += reopens
        self.items[number] = Item(amount, moment, None if reopens else item.closed_by)
        return "updated"

    # Full loads

    def _open_loads(self, codes: Iterable[str]) -> list[Load]:
        return [load for load in self.loads if load.state == "open" and set(load.codes) & set(codes)]

    def _begun(
        self, sender: int, codes: set[str], as_of: float, but: Iterable[Load] = (), *, in_parts: bool = False
    ) -> Load:
        ended = [load for load in self.loads if load.state not in ("open", "abandoned") and set(load.codes) & codes]
        is_stale = as_of != self.turn and any(load.as_of > as_of for load in ended)
        if is_stale or self.waiting or any(load not in but for load in self._open_loads(codes)):
            raise Refused
        return Load(sender, tuple(sorted(codes)), as_of, self._cutoff(as_of), self.turn, in_parts, self.open)

    def _cutoff(self, as_of: float) -> int:
        """The last moment of what a load knows: of an extract, the last one of the hour before."""
        if as_of == self.turn:
            return len(self.merged)
        hour = max(turn for turn in self.hours if turn <= as_of)
        return sum(merged.turn < hour for merged in self.merged)

    def _missing(self, load: Load) -> set[int]:
        since = set[int]().union(*(merged.items for merged in self.merged[load.cutoff :]))
        old = {number for number, item in self.items.items() if item.open != 0 and item.changed <= load.cutoff}
        return {number for number in old if code_of(number) in load.codes} - since - load.present - load.protected

    def _is_unknown(self, load: Load) -> bool:
        return not all(merged.is_known for merged in self.merged[load.cutoff :])

    def _end(self, load: Load, told: Told) -> None:
        found = self._missing(load)
        told.reasons = self._reasons(load, found) if found else set()
        small = {code for code in load.codes if self._is_small(load, code)}
        for other in self.loads:
            if other is not load and other.state == "withheld" and set(other.codes) & (set(load.codes) - small):
                other.state = "superseded"
        if told.reasons:
            load.state, load.listed = "withheld", found
            told.outcome = load.state
            return
        self._close(load, found, told)
        self._stands(load, [code for code in load.codes if code not in small])

    def _close(self, load: Load, found: set[int], told: Told) -> None:
        for number in found:
            self.items[number] = Item(self.items[number].amount, len(self.merged), load)
        told.closed, told.counts["closed"] = found, len(found)
        load.state = told.outcome = "closed" if found else "nothing_to_close"

    def _stands(self, load: Load, codes: Iterable[str]) -> None:
        for code in codes:
            self.standing[code] = load.rows[code]
            self.own_codes[load.sender].add(code)

    def _has_too_few(self, load: Load, code: str, last: int) -> bool:
        return load.rows[code] < (max(1, last * self.limits.min_rows // 100) if last else 0)

    def _is_small(self, load: Load, code: str) -> bool:
        withheld = [other for other in self.loads if other.state == "withheld" and code in other.codes]
        last = self.standing.get(code, withheld[-1].rows[code] if withheld else None)
        return last is not None and self._has_too_few(load, code, last)

    def _reasons(self, load: Load, found: set[int]) -> set[str]:
        reasons = {"unreadable_rows"} if any(load.unreadable.values()) else set()
        reasons |= {"seen_unknown"} if self._is_unknown(load) else set()
        for code in load.codes:
            mine = {number for number in found if code_of(number) == code}
            last = self.standing.get(code)
            if last is not None and self._has_too_few(load, code, last):
                reasons.add("fewer_rows")
            elif mine and last is not None and not load.rows[code]:
                reasons.add("no_rows_of_code")
            if mine and last is None:
                reasons.add("first_load")
            elif mine and code not in self.own_codes[load.sender]:
                reasons.add("new_to_key")
            reasons |= self._beyond_limits(load, mine, code)
        was_open = [number for number in load.open_before if code_of(number) in load.codes]
        return reasons or ({"too_many_items"} if self._are_too_many(found, was_open) else set())

    def _are_too_many(self, gone: Sized, was_open: Sized) -> bool:
        return len(gone) * 100 > len(was_open) * self.limits.max_share and len(gone) > self.limits.max_items

    def _beyond_limits(self, load: Load, mine: set[int], code: str) -> set[str]:
        limits, reasons = self.limits, set()
        of_code = [number for number in load.open_before if code_of(number) == code]
        if self._are_too_many(mine, of_code):
            reasons.add("too_many_items")
        for group in {group_of(number) for number in mine}:
            gone = [self.items[number].open for number in mine if group_of(number) == group]
            was = [amount for number, amount in load.open_before.items() if group_of(number) == group]
            if self._are_too_many(gone, was):
                reasons.add("too_many_items")
            magnitude, all_of_it = (sum(abs(amount or 0) for amount in amounts) for amounts in (gone, was))
            if magnitude * 100 > all_of_it * limits.max_share and len(gone) > limits.max_items_by_amount:
                reasons.add("too_much_money")
            if limits.max_amount is not None and magnitude > limits.max_amount:
                reasons.add("over_amount_limit")
        return reasons
