"""Uploads and full loads taken back, asked once for each answer that they have."""

from typing import Any

from apiauth.models import Scope
from tests.uploads.loads import ledger


def recorded_undos(recording: Any) -> str:
    """Have an upload taken back of which two rows were changed since, and a full load; return the undo's address."""
    wrong, right = ledger(1, 2, 3, currency="JPY"), ledger(1, 2, 3)
    _sent(recording, right)
    changed = _sent(recording, wrong)
    _sent(recording, right[:2])
    confirmer = recording.caller(scopes=list(Scope))
    recording.ask("undoUpload", "post", f"{changed}/undo", client=confirmer)
    undo = recording.ask("undoUpload", "post", f"{changed}/undo?confirm=true", client=confirmer)
    recording.ask("undoUpload", "post", f"{changed}/undo", client=confirmer)
    load = _sent(recording, right, "?snapshot=true&companyCodes=1000")
    snapshot = f"/jsonApi/snapshots/{recording.client.get(load, secure=True).json()['snapshot']['id']}"
    for query in ("", "?confirm=true", ""):
        recording.ask("undoSnapshot", "post", f"{snapshot}/undo{query}", client=confirmer)
    return str(undo.json()["url"])


def _sent(recording: Any, rows: list[dict[str, Any]], query: str = "") -> str:
    response = recording.client.post(f"/jsonApi/upload/invoices{query}", rows, format="json", secure=True)
    return str(response.json()["url"])
