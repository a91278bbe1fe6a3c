"""What was found in the rows of one upload, as far as it can be stored: errors, row by row, and warnings, counted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate, islice
from typing import Any, NamedTuple

import msgspec
from django.conf import settings

from receivables.uploads.messages import EMPTY_KEY, RenderedMessage, printable
from receivables.uploads.warnings import WARNINGS

MAX_ERRORS = 1000
MAX_WARNINGS = 1000
MAX_REJECTED_CHARACTERS = 32 * 1024 * 1024  # of all rejected rows' texts and errors together
MAX_IDENTITY_CHARACTERS = 100
MAX_NAME_CHARACTERS = 100

Error = tuple[str | None, RenderedMessage]


@dataclass
class Warned:
    """A kind of warning: in how many rows, and the first of them. `hint` goes on where its text ends, `members` are
    added to it on the wire.
    """

    rows: int
    first_index: int
    hint: RenderedMessage | None = None
    members: dict[str, Any] = field(default_factory=dict)


class Rejected(NamedTuple):
    """A row that was refused: its text as it was sent, its errors as JSON, and the characters of both on the wire."""

    text: str
    errors: str
    size: int


@dataclass
class Findings:
    """Errors and warnings of one upload, with indexes counted from 0. All errors are counted, and the first 1,000 are
    stored, those of the body as a whole before those of rows. `invalid` is the set of rows with an error, `rejected`
    the first of them with their errors. The texts of rows are stored only if the sender gets them back; of a strict
    upload it sends all rows again.
    """

    is_strict: bool = False
    sums_money: bool = False  # whether the sum of the refused rows is needed
    errors: list[dict[str, Any]] = field(default_factory=list)
    body_error_count: int = 0  # of the errors that are stored
    errors_omitted: int = 0
    invalid: set[int] = field(default_factory=set)
    rejected: dict[int, Rejected] = field(default_factory=dict)
    rejected_size: int = 0
    refused_money: dict[str, Decimal] = field(default_factory=dict)  # per currency, in rows that are refused
    warned: dict[tuple[str, str], Warned] = field(default_factory=dict)
    warnings_omitted: int = 0

    def refuse_body(self, rendered: RenderedMessage, index: int | None = None, name: str | None = None) -> None:
        """The body as a whole is refused; `index` is the row it breaks in, `name` the field, where they are known."""
        self._add(_error(index, name, rendered), self.body_error_count)
        self.body_error_count = min(self.body_error_count + 1, MAX_ERRORS)

    def refuse(self, index: int, errors: Iterable[Error], identity: Mapping[str, str], text: str) -> None:
        """A row is refused. An error is a field's name (None where it is the row itself), and what is wrong."""
        rendered = [_error(index, *error) | {"identity": identity} for error in errors]
        for error in rendered:
            self._add(error, len(self.errors))
        self.invalid.add(index)
        if self._rejected_room:
            sent = msgspec.json.encode(without_params(rendered)).decode()
            row = Rejected(text, msgspec.json.encode(rendered).decode(), len(text) + len(sent))
            self.rejected_size += row.size
            self.rejected[index] = row

    @property
    def room(self) -> int:
        """For how many more rows with an error there is room."""
        return max(MAX_ERRORS - len(self.errors), self._rejected_room)

    @property
    def _rejected_room(self) -> int:
        if self.rejected_size >= MAX_REJECTED_CHARACTERS:
            return 0
        return max(settings.UPLOAD_MAX_REJECTED_ROWS - len(self.rejected), 0)

    @property
    def may_stop(self) -> bool:
        """Whether nothing of the upload can be stored, and more of its rows are bad than are reported."""
        return self.is_strict and len(self.invalid) > len(self.rejected)

    def count_refused(self, indexes: list[int], errors_each: int = 1) -> None:
        """Count invalid rows that there is no room to report, each with so many errors."""
        self.invalid.update(indexes)
        self.errors_omitted += len(indexes) * errors_each

    def limit_rejected_rows(self, room: int) -> int:
        """Limit the rejected rows to the first that fit into so many bytes; return how many others are dropped."""
        rows = sorted(self.rejected.items())
        count = sum(size <= room for size in accumulate(row.size for _, row in rows))
        self.rejected = dict(rows[:count])
        self.rejected_size = sum(row.size for row in self.rejected.values())
        return len(rows) - count

    def limit_messages(self, most: int) -> None:
        """Limit errors and kinds of warnings to so many each, and count the others."""
        self.errors_omitted += len(self.errors[most:])
        self.warnings_omitted += len(self.warned) - len(self.warnings[:most])
        self.errors = self.errors[:most]
        self.warned = dict(islice(self.warned.items(), most))

    def refuse_money(self, money: tuple[str, Decimal] | None) -> None:
        if money:
            currency, amount = money
            self.refused_money[currency] = self.refused_money.get(currency, Decimal(0)) + amount

    def refuses_all(self, *, is_lenient: bool) -> bool:
        """Whether nothing may be stored; with `is_lenient`, good rows are stored although others are bad."""
        return bool(self.body_error_count) or (bool(self.invalid) and not is_lenient)

    def _add(self, error: dict[str, Any], position: int) -> None:
        """Insert an error among the others; if there is one too many then, the last is only counted."""
        self.errors.insert(position, error)
        if len(self.errors) > MAX_ERRORS:
            self.errors.pop()
            self.errors_omitted += 1

    def warn(self, code: str, name: str, indexes: list[int]) -> bool:
        """Count a warning on a field, or on rows as such (with an empty name). Return whether it is a new one."""
        return self.warn_of_rows(code, name, len(indexes), min(indexes))

    def warn_of_rows(self, code: str, name: str, rows: int, first_index: int) -> bool:
        """Do the same where only the number of rows and the first of their indexes are known."""
        if known := self.warned.get((code, name)):
            known.rows += rows
            known.first_index = min(known.first_index, first_index)
            return False
        if len(self.warned) >= MAX_WARNINGS:
            self.warnings_omitted += 1
            return False
        self.warned[code, name] = Warned(rows, first_index)
        return True

    def warn_first(self, code: str, warned: Warned) -> None:
        """Note, before all others and whatever their number, a warning of rows as such."""
        self.warned = {(code, ""): warned} | self.warned

    def has_warning(self, code: str) -> bool:
        return any(kind == code for kind, _ in self.warned)

    def drop_warnings(self, code: str) -> None:
        self.warned = {kind: warned for kind, warned in self.warned.items() if kind[0] != code}

    def explain(self, code: str, name: str, hint: RenderedMessage | None, **members: Any) -> None:
        """Add advice, and members of the wire, to a warning that was counted, unless it is one too many."""
        if known := self.warned.get((code, name)):
            known.hint = hint
            known.members |= members

    @property
    def warnings(self) -> list[dict[str, Any]]:
        return [_warning(code, name, warned) for (code, name), warned in self.warned.items()]


def _error(index: int | None, name: str | None, rendered: RenderedMessage) -> dict[str, Any]:
    message = rendered.message if name is None else f"{_short(name) or EMPTY_KEY} {rendered.message}"
    for_people = printable(message if index is None else f"row {index + 1}: {message}")
    return _pointer(index, name) | {"code": rendered.code, "message": for_people, "params": rendered.params}


def _pointer(index: int | None, name: str | None) -> dict[str, Any]:
    """Return where an error is. A key too long to be named is pointed at by its row."""
    if index is None:
        return {}
    if name is None:
        return {"index": index, "pointer": f"/{index}"}
    if len(name) > MAX_NAME_CHARACTERS:
        return {"index": index, "pointer": f"/{index}", "field": _short(name)}
    token, shown = _tokens(name)
    return {"index": index, "pointer": f"/{index}/{token}", "field": shown}


@lru_cache(1000)
def _tokens(name: str) -> tuple[str, str]:
    """Return a key as a JSON Pointer has it (RFC 6901), and as people read it."""
    return printable(name.replace("~", "~0").replace("/", "~1")), printable(name)


def _short(name: str) -> str:
    return printable(name if len(name) <= MAX_NAME_CHARACTERS else name[:MAX_NAME_CHARACTERS] + "…")


def _warning(code: str, name: str, warned: Warned) -> dict[str, Any]:
    hint, first = warned.hint, f"First in row {warned.first_index + 1}."
    message = " ".join(filter(None, [_short(name), WARNINGS[code], hint and hint.message, first]))
    about = {"code": code, "rows": warned.rows, "firstIndex": warned.first_index, "message": printable(message)}
    about["params"] = hint.params if hint else {}
    return about | ({"field": _short(name)} if name else {}) | warned.members


def without_params(findings: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return stored errors or warnings as they are sent, without what only the admin renders them from."""
    return [{name: value for name, value in finding.items() if name != "params"} for finding in findings]


def shown_identity(row: Any, names: list[str]) -> dict[str, str]:
    """Return the row's own numbers, as far as it has them, for the sender to find it by."""
    found = {name: row[name] for name in names if isinstance(row.get(name), str)} if isinstance(row, dict) else {}
    return {name: printable(text[:MAX_IDENTITY_CHARACTERS]) for name, text in found.items()}
