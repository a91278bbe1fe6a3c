"""What a sender says of a full load beside its rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from receivables.uploads.loads.brake import Reason
from receivables.uploads.models import Form
from receivables.uploads.storing.positions import Group

AUTOMATIC = "automatic"
OF_KEY = ("snapshot", "fullLoadMinutes")
IDEMPOTENCY_LIFETIME = timedelta(hours=24)  # of an Idempotency-Key, of an upload or a full load


def sums_as_json(sums: dict[Group, Decimal] | None) -> list[list[str]] | None:
    """Return sums by company code and currency as terms are stored."""
    return None if sums is None else [[*group, str(amount)] for group, amount in sums.items()]


@dataclass(frozen=True)
class LoadTerms:
    """Of an upload that is a full load (`snapshot=true`), or a part of the one named `load_id`.

    `company_codes` are those that it is of, where the sender names them; `expected_open` what must be open afterwards,
    by company code and currency. A file of staff has a `cutoff` (see FullLoad) from when it came. An upload of a key
    whose uploads are full loads (`is_automatic`) says nothing itself; `minutes` after the last one its load ends.
    """

    load_id: UUID | None = None
    part: int | None = None
    company_codes: tuple[str, ...] | None = None
    expected_open: dict[Group, Decimal] | None = None
    allow_empty: bool = False
    cutoff: datetime | None = None
    minutes: int | None = None

    @property
    def is_automatic(self) -> bool:
        return self.minutes is not None

    @property
    def is_whole(self) -> bool:
        """Whether the upload is all of the load."""
        return self.load_id is None and not self.is_automatic

    def as_json(self) -> dict[str, Any]:
        if self.is_automatic:
            return {"snapshot": AUTOMATIC, "fullLoadMinutes": self.minutes}
        return {
            "snapshot": str(self.load_id or "true"),
            "part": self.part,
            "companyCodes": None if self.company_codes is None else list(self.company_codes),
            "expectedOpen": sums_as_json(self.expected_open),
            "allowEmpty": self.allow_empty,
            **({"cutoff": self.cutoff.isoformat()} if self.cutoff else {}),
        }

    @classmethod
    def from_json(cls, terms: dict[str, Any]) -> "LoadTerms | None":
        """Return them, if an upload's terms have any."""
        if "snapshot" not in terms:
            return None
        if terms["snapshot"] == AUTOMATIC:
            return cls(minutes=terms["fullLoadMinutes"])
        codes, expected = terms["companyCodes"], terms["expectedOpen"]
        return cls(
            load_id=None if terms["snapshot"] == "true" else UUID(terms["snapshot"]),
            part=terms["part"],
            company_codes=None if codes is None else tuple(codes),
            expected_open=expected and {(code, currency): Decimal(amount) for code, currency, amount in expected},
            allow_empty=terms["allowEmpty"],
            cutoff=datetime.fromisoformat(terms["cutoff"]) if "cutoff" in terms else None,
        )


@dataclass(frozen=True)
class BeginTerms:
    """What a sender says who begins a full load in parts."""

    company_codes: tuple[str, ...]
    extracted_at: datetime | None = None
    idempotency_key: str = ""
    form: str = Form.PARTS


@dataclass(frozen=True)
class CommitTerms:
    """What must be true of a full load when it ends: how many different parts it has, how many different items, and
    what would be open then. `allow_empty` lets it have none of its company codes. `others` are reasons to withhold it,
    whatever it lacks.
    """

    parts: int | None = None
    expected_rows: int | None = None
    expected_open: dict[Group, Decimal] | None = None
    is_dry_run: bool = False
    allow_empty: bool = False
    others: tuple[Reason, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "parts": self.parts,
            "expectedRows": self.expected_rows,
            "expectedOpen": sums_as_json(self.expected_open),
            "dryRun": self.is_dry_run,
            "allowEmpty": self.allow_empty,
        }


def as_sent(terms: dict[str, Any]) -> dict[str, Any]:
    """Return an upload's terms without what its key adds to them: that may be set otherwise until the upload is sent
    again.
    """
    is_automatic = terms.get("snapshot") == AUTOMATIC
    return {name: value for name, value in terms.items() if name not in OF_KEY} if is_automatic else terms
