"""The terms of an upload: what its sender states beside the rows."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apiauth.models import Handling

CurrencyTotals = dict[str, Decimal]


@dataclass(frozen=True)
class Terms:
    """`applied` names the preferences that were honoured, as `Preference-Applied` does."""

    handling: str = Handling.STRICT
    is_dry_run: bool = False
    expected_rows: int | None = None
    expected_totals: CurrencyTotals | None = None
    idempotency_key: str = ""
    is_minimal: bool = False
    is_async: bool = False
    of_table: bool = False  # whether the rows were cells of a table
    applied: tuple[str, ...] = ()

    @property
    def is_lenient(self) -> bool:
        """Whether good rows are stored where others are bad."""
        return self.handling == Handling.LENIENT

    def as_json(self) -> dict[str, Any]:
        """Return what makes two requests with the same body different ones."""
        totals = self.expected_totals
        return {
            "handling": self.handling,
            "dryRun": self.is_dry_run,
            "expectedRows": self.expected_rows,
            "expectedTotal": None if totals is None else {code: str(total) for code, total in totals.items()},
        } | ({"source": "table"} if self.of_table else {})

    @classmethod
    def from_json(cls, terms: dict[str, Any]) -> "Terms":
        totals = terms["expectedTotal"]
        return cls(
            handling=terms["handling"],
            is_dry_run=terms["dryRun"],
            expected_rows=terms["expectedRows"],
            expected_totals=None if totals is None else {code: Decimal(total) for code, total in totals.items()},
            of_table=terms.get("source") == "table",
        )
