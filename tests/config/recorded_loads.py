"""Full loads in parts, asked once for each answer that they have."""

from typing import Any
from uuid import UUID

from apiauth.models import Scope
from receivables.uploads.api.openapi import ROWS

SNAPSHOTS = "/jsonApi/snapshots"
OF_CODES = {"resource": "invoices", "companyCodes": ["", "XY22"]}


def recorded_loads(recording: Any) -> str:
    """Have a load withheld and confirmed, and others closed, abandoned and refused; return the id of the first."""
    required, whole = ROWS["invoices"].values()
    first = _begin(recording)
    _refused_beginnings(recording)
    recording.ask("commitSnapshot", "post", f"{first}/commit", data={"parts": 1}, format="json")
    recording.ask("commitSnapshot", "post", f"{first}/commit", data="a;b", content_type="text/csv")
    recording.ask("commitSnapshot", "post", f"{first}/commit", data={}, format="json")
    _send(recording, first, [whole])
    recording.ask("commitSnapshot", "post", f"{first}/commit", data={"parts": 1}, format="json")
    confirmer = recording.caller(scopes=list(Scope))
    for _ in range(2):
        recording.ask("confirmSnapshot", "post", f"{first}/confirm", client=confirmer)
    recording.ask("confirmSnapshot", "post", f"{SNAPSHOTS}/{UUID(int=0)}/confirm", client=confirmer)
    second = _begin(recording)
    recording.ask("confirmSnapshot", "post", f"{second}/confirm", client=confirmer)
    _send(recording, second, [required, whole, whole | {"invoiceNumber": "INV-2"}])
    recording.ask("commitSnapshot", "post", f"{second}/commit", data={"parts": 1}, format="json")
    recording.ask("abandonSnapshot", "delete", second)
    recording.ask("abandonSnapshot", "delete", _begin(recording))
    return first.rpartition("/")[2]


def _begin(recording: Any) -> str:
    begun = recording.ask("beginSnapshot", "post", SNAPSHOTS, data=OF_CODES, format="json")
    return str(begun.json()["url"])


def _send(recording: Any, url: str, rows: list[dict[str, Any]]) -> None:
    query = f"?snapshot={url.rpartition('/')[2]}&part=1"
    recording.client.post(f"/jsonApi/upload/invoices{query}", rows, format="json", secure=True)


def _refused_beginnings(recording: Any) -> None:
    other = recording.caller(name="another feed")
    recording.ask("beginSnapshot", "post", SNAPSHOTS, data=OF_CODES, format="json", client=other)
    far_ahead = OF_CODES | {"extractedAt": "2999-01-31T18:00:00Z"}
    recording.ask("beginSnapshot", "post", SNAPSHOTS, data=far_ahead, format="json")
    recording.ask("beginSnapshot", "post", SNAPSHOTS, data="a;b", content_type="text/csv")
