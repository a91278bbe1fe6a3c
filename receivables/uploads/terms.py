"""What a sender states beside the rows of an upload."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from apiauth.models import Handling
from receivables.uploads.loads.terms import LoadTerms

CurrencyTotals = dict[str, Decimal]


@dataclass(frozen=True)
class Terms:
    """What the sender states beside the rows. `applied` has the preferences that `Preference-Applied` names."""

    handling: str = Handling.STRICT
    is_dry_run: bool = False
    expected_rows: int | None = None
    expected_totals: CurrencyTotals | None = None
    idempotency_key: str = ""
    extracted_at: datetime | None = None
    arrived_at: datetime | None = None  # of a file that staff confirm later
    is_minimal: bool = False
    is_async: bool = False
    of_table: bool = False  # whether the rows were cells of a table
    of_load: LoadTerms | None = None  # of a full load, or a part of one
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
            **({"source": "table"} if self.of_table else {}),
            **({"extractedAt": self.extracted_at.isoformat()} if self.extracted_at else {}),
            **({"arrivedAt": self.arrived_at.isoformat()} if self.arrived_at else {}),
            **(self.of_load.as_json() if self.of_load else {}),
        }

    @classmethod
    def from_json(cls, terms: dict[str, Any]) -> "Terms":
        totals = terms["expectedTotal"]
        return cls(
            handling=terms["handling"],
            is_dry_run=terms["dryRun"],
            expected_rows=terms["expectedRows"],
            expected_totals=None if totals is None else {code: Decimal(total) for code, total in totals.items()},
            of_table=terms.get("source") == "table",
            extracted_at=datetime.fromisoformat(terms["extractedAt"]) if "extractedAt" in terms else None,
            arrived_at=datetime.fromisoformat(terms["arrivedAt"]) if "arrivedAt" in terms else None,
            of_load=LoadTerms.from_json(terms),
        )
