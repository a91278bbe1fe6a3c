"""The columns of amounts, which are exact numbers, and of balances, which are texts with a number beside them."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

import msgspec
from msgspec import UnsetType

from receivables.uploads.rows.columns import Batch, Column, TextColumn
from receivables.uploads.rows.fields import AmountField, BalanceField

WHOLE_DIGITS = 18
PLAIN_AMOUNTS = [  # by how many decimal places they may have
    re.compile(r"-?\d{1,18}", re.ASCII),
    *(re.compile(rf"-?\d{{1,18}}(?:\.\d{{1,{count}}})?", re.ASCII) for count in (1, 2, 3, 4)),
]


class BalanceColumn(TextColumn):
    """A text that fills a second column with its number."""

    field: BalanceField

    def derived(self, batch: Batch, texts: list[str]) -> list[Any]:
        return [
            int(text)
            if text.isascii() and text.isdigit() and len(text) <= WHOLE_DIGITS
            else self._amount(batch, position, text)
            for position, text in enumerate(texts)
        ]

    def _amount(self, batch: Batch, position: int, text: str) -> Any:
        if not text:
            return None
        if PLAIN_AMOUNTS[-1].fullmatch(text):
            return Decimal(text) + 0
        if code := self.field.warning_code(text):
            batch.note(code, self.name, [position])
        return self.field.derived(text)

    def _note_warnings(self, batch: Batch, texts: list[str]) -> None:
        """Warnings are noted when the number is read."""


class AmountColumn(Column):
    field: AmountField
    wire_type = msgspec.Raw | UnsetType

    @cached_property
    def is_plain(self) -> Callable[[str], Any]:
        return PLAIN_AMOUNTS[self.field.account_decimal_places].fullmatch

    def read(self, batch: Batch, values: Sequence[Any]) -> list[Any]:
        return [
            int(text) if text.isdigit() and len(text) <= WHOLE_DIGITS else self._amount(batch, position, text)
            for position, text in enumerate(self.raw_texts(batch, values))
        ]

    def _amount(self, batch: Batch, position: int, raw: bytes) -> Any:
        if not raw:
            return None
        text = raw.decode(errors="surrogateescape")
        return Decimal(text) + 0 if self.is_plain(text) else self.read_one(batch, position, text)
