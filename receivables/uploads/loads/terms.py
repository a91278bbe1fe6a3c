"""What a sender says of a full load beside its rows."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from receivables.uploads.storing.merge import Group


@dataclass(frozen=True)
class LoadTerms:
    """Of an upload that is a full load (`snapshot=true`), or a part of the one named `load_id`.

    `company_codes` are those that it is of, where the sender names them; `expected_open` what must be open afterwards,
    by company code and currency.
    """

    load_id: UUID | None = None
    part: int | None = None
    company_codes: tuple[str, ...] | None = None
    expected_open: dict[Group, Decimal] | None = None
    allow_empty: bool = False

    def as_json(self) -> dict[str, Any]:
        expected = self.expected_open
        return {
            "snapshot": str(self.load_id or "true"),
            "part": self.part,
            "companyCodes": None if self.company_codes is None else list(self.company_codes),
            "expectedOpen": None if expected is None else [[*group, str(amount)] for group, amount in expected.items()],
            "allowEmpty": self.allow_empty,
        }

    @classmethod
    def from_json(cls, terms: dict[str, Any]) -> "LoadTerms | None":
        """Return them, if an upload's terms have any."""
        if "snapshot" not in terms:
            return None
        codes, expected = terms["companyCodes"], terms["expectedOpen"]
        return cls(
            load_id=None if terms["snapshot"] == "true" else UUID(terms["snapshot"]),
            part=terms["part"],
            company_codes=None if codes is None else tuple(codes),
            expected_open=expected and {(code, currency): Decimal(amount) for code, currency, amount in expected},
            allow_empty=terms["allowEmpty"],
        )
