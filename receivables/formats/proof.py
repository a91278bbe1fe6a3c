"""The format that values prove together.

A value that only one reading fits proves a format (`12.50`), one of the same reading in all says nothing (`250`), and
one of two readings (`1.000`) needs a proof elsewhere. Without one, or where two proofs contradict each other, the
format stays open: whoever wrote the values has to say it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from itertools import chain, islice
from typing import Any, NamedTuple

SAMPLES = 3
Pattern = tuple[int, ...]  # for each format in turn which of the readings a text has in it, from 1; 0 for none
SAYS_NOTHING: Pattern = ()


class Value(NamedTuple):
    column: str
    text: str
    line: int


@dataclass(frozen=True)
class Verdict:
    """The format of a file's numbers, or of its days. `format` is empty where it is open, and where no value needs
    one. Of an open format `values` are the texts in question (the first two contradict each other if
    `is_contradictory`), and `choices` the formats that it may be. `samples` are values of the file.
    """

    format: str = ""
    is_open: bool = False
    is_contradictory: bool = False
    values: tuple[Value, ...] = ()
    choices: tuple[str, ...] = ()
    samples: tuple[Value, ...] = ()

    def may_be(self, given: str) -> bool:
        """Whether the format is open, and this one would read all values in question."""
        return self.is_open and not self.is_contradictory and given in self.choices

    def stated(self, given: str) -> "Verdict":
        return replace(self, format=given, is_open=False) if given else self


@dataclass
class Texts:
    """A few of the texts that have each pattern, and of those that say nothing."""

    by_pattern: dict[Pattern, list[Value]] = field(default_factory=dict)
    plain: list[Value] = field(default_factory=list)

    def note(self, pattern: Pattern, column: str, text: str, line: int) -> None:
        values = self.by_pattern.setdefault(pattern, []) if pattern else self.plain
        if len(values) < SAMPLES:
            values.append(Value(column, text, line))

    @property
    def samples(self) -> tuple[Value, ...]:
        """Those first that formats read otherwise."""
        telling = sorted(self.by_pattern, key=lambda pattern: -len(set(pattern)))
        return tuple(islice(chain(*(self.by_pattern[pattern] for pattern in telling), self.plain), SAMPLES))


def verdict_of(texts: Texts, formats: tuple[str, ...], own: Value | None, *, is_certain: bool) -> Verdict:
    if is_certain:
        return Verdict(formats[0], samples=texts.samples)
    candidates = {formats[0]} if own else set(formats)
    open_patterns = list(texts.by_pattern)
    while proofs := [pattern for pattern in open_patterns if len(_readings(pattern, formats, candidates)) <= 1]:
        pattern = proofs[0]
        open_patterns.remove(pattern)
        allowed = _allowed(pattern, formats)
        if not candidates & allowed:
            return _contradiction(texts, formats, pattern, own)
        candidates &= allowed
    if open_patterns:
        values = tuple(islice(chain(*(texts.by_pattern[pattern] for pattern in open_patterns)), SAMPLES))
        allowed_by_each = [_allowed(pattern, formats) for pattern in open_patterns]
        allowed = set.intersection(*allowed_by_each) or set.union(*allowed_by_each)  # by all of them, or else by any
        choices = tuple(each for each in formats if each in candidates & allowed)
        return Verdict("", True, values=values, choices=choices, samples=texts.samples)
    settled = next((each for each in formats if each in candidates), "")
    return Verdict(settled if texts.by_pattern or own else "", samples=texts.samples)


def _allowed(pattern: Pattern, formats: tuple[str, ...]) -> set[str]:
    return {each for each, reading in zip(formats, pattern, strict=True) if reading}


def _readings(pattern: Pattern, formats: tuple[str, ...], candidates: set[str]) -> set[int]:
    return {reading for each, reading in zip(formats, pattern, strict=True) if reading and each in candidates}


def _contradiction(texts: Texts, formats: tuple[str, ...], pattern: Pattern, own: Value | None) -> Verdict:
    allowed = _allowed(pattern, formats)
    rivals = [values[0] for other, values in texts.by_pattern.items() if not allowed & _allowed(other, formats)]
    pair = (*([own] if own and formats[0] not in allowed else rivals[:1]), texts.by_pattern[pattern][0])
    values = tuple(sorted(pair, key=lambda value: value.line))
    choices = tuple(each for each in formats if any(each in _allowed(other, formats) for other in texts.by_pattern))
    return Verdict("", True, True, values=values, choices=choices, samples=texts.samples)


@lru_cache(20_000)
def pattern_of(read: Callable[[str, Any], str | None], formats: type[StrEnum], text: str) -> Pattern:
    """Return which formats read a text alike, which otherwise, and which not at all."""
    found: dict[str, int] = {}
    readings = (read(text, each) for each in formats)
    pattern = tuple(found.setdefault(reading, len(found) + 1) if reading else 0 for reading in readings)
    return SAYS_NOTHING if not any(pattern) or set(pattern) == {1} else pattern
