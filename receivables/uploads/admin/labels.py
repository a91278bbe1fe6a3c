"""The outcome or state of an upload in a word and a colour."""

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from receivables.uploads.models import Outcome, State, Upload

OUTCOMES = {
    Outcome.ACCEPTED: (_("Accepted"), "success"),
    Outcome.PARTIAL: (_("Partially accepted"), "warning"),
    Outcome.REFUSED: (_("Refused"), "danger"),
}
STATES = {State.QUEUED: (_("Waiting"), "info"), State.RUNNING: (_("Running"), "info")}
KINDS = {key.value: kind for key, (_text, kind) in [*OUTCOMES.items(), *STATES.items()]}
RESOURCES = {"invoices": _("Invoices"), "customers": _("Customers")}


def label_of(upload: Upload) -> tuple[str, str]:
    """Return the text of an upload's label, and its kind: success, warning, danger or info."""
    text, kind = STATES[State(upload.state)] if upload.state in STATES else OUTCOMES[Outcome(upload.outcome)]
    return str(text), kind


def number(count: int) -> str:
    """Return a count as the reader's language groups it."""
    return number_format(count, force_grouping=True)


def duration_text(upload: Upload) -> str:
    """Return the duration of an upload, as `0.42 s` or `3 min 20 s`."""
    duration = upload.duration.total_seconds()
    if duration < 60:
        return _("%(seconds)s s") % {"seconds": number_format(duration, decimal_pos=2 if duration < 10 else 0)}
    return _("%(minutes)s min %(seconds)s s") % {"minutes": int(duration // 60), "seconds": int(duration % 60)}
