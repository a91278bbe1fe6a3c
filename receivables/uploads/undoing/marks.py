"""What uploads and full loads say of themselves once one is taken back: it does not count any more, or counts again."""

from typing import Any
from uuid import UUID

from receivables.uploads.loads import beginning
from receivables.uploads.models import LoadedCode, LoadState, Upload
from receivables.uploads.undoing.targets import Target


def mark_uploads(target: Target, undo: UUID) -> None:
    """Have the uploads of a target be undone by `undo`; so what the target had taken back counts again."""
    uploads = Upload.objects.of_account(target.account)
    for step in target.steps(undo):
        before, after = (step.mark, None) if step.counts_again else (None, step.mark)
        uploads.filter(pk__in=[each.pk for each in step.uploads], undone_by=before).update(undone_by=after)


def mark_load(target: Target) -> dict[str, Any] | None:
    """Have the full load of a target be undone, or be again what it was before the undo that is taken back; return what
    it takes to do the reverse.
    """
    if target.load is None:
        return None
    load = beginning.locked(target.load)
    codes = LoadedCode.objects.filter(account=load.account_id, load=load)
    was = {
        "state": load.state,
        "effective": list(codes.filter(is_effective=True).values_list("company_code", flat=True)),
    }
    becomes: Any = {"state": LoadState.UNDONE, "effective": []}
    if undone := target.undos and target.undos[-1].undo:
        becomes = undone["was"]
    codes.update(is_effective=False)
    codes.filter(company_code__in=becomes["effective"]).update(is_effective=True)
    load.state = becomes["state"]
    load.save(update_fields=["state"])
    return was
