"""What uploads and their receipts say, in the language of the member of staff who reads it.

Errors and warnings are stored in English, and beside it, as `params`, with the name of their text and its values. They
are rendered from these here. What an earlier release stored without them is shown in its English.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from receivables.uploads import messages, warnings
from receivables.uploads.files import messages as of_files
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.positions import position_at
from receivables.uploads.loads import messages as of_loads
from receivables.uploads.models import Kind, LoadState, Outcome, State, Upload
from receivables.uploads.reading import messages as of_bodies
from receivables.uploads.rows import messages as of_rows
from receivables.uploads.undoing import messages as of_undos

MODULES = (messages, warnings, of_bodies, of_rows, of_files, of_loads, of_undos)
MESSAGES = [message for module in MODULES for message in module.MESSAGES]
TEXTS = {message.name: message.text for message in MESSAGES} | {
    message.name + messages.OF_CELLS: message.of_cells for message in MESSAGES
}


def error_text(upload: Upload, error: Mapping[str, Any]) -> str:
    """Return what is wrong, without the row; other rows that it names are counted as in the file."""
    text = _rendered(error.get("params"), upload)
    if text is None:
        message: str = error["message"]
        return message.removeprefix(f"row {error['index'] + 1}: ") if "index" in error else message
    return f"{error['field'] or gettext(messages.EMPTY_KEY)} {text}" if "field" in error else text


def warning_text(upload: Upload, warning: Mapping[str, Any]) -> str:
    """Return what was noted, without the first row that it was noted in; other rows are counted as in the file."""
    text = warnings.WARNINGS.get(warning["code"])
    if "params" not in warning or text is None:
        message: str = warning["message"]
        return message.removesuffix(f" First in row {warning['firstIndex'] + 1}.")
    advice = _rendered(warning["params"], upload)
    return " ".join(filter(None, [warning.get("field"), gettext(text), advice]))


def refusal_text(refusal: FileRefused) -> str:
    """Return why a file cannot be read."""
    return rendered_text(refusal.rendered)


def rendered_text(rendered: messages.RenderedMessage) -> str:
    return _rendered(rendered.params) or rendered.message


def reason_text(reason: Mapping[str, Any]) -> str:
    """Return why a full load is withheld or refused."""
    return _rendered(reason.get("params")) or reason["message"]


def _rendered(params: Mapping[str, Any] | None, upload: Upload | None = None) -> str | None:
    """Return a text with its values; None where this release has no such text, or one with other values."""
    if not params or params["text"] not in TEXTS:
        return None
    values = {name: _value(value, upload) for name, value in params["values"].items()}
    try:
        return gettext(TEXTS[params["text"]]) % values
    except KeyError:
        return None


def _value(value: Any, upload: Upload | None) -> str:
    match value:
        case int():
            return number_format(value, force_grouping=True)
        case {"index": index}:
            return str((upload and position_at(upload.file_lines, index)) or index + 1)
        case {"phrase": text} | {"number": text} | {"moment": text}:
            return LOCALIZED[next(iter(value))](text)
        case {"joined": values, "separator": separator}:
            return str(separator).join(_value(each, upload) for each in values)
        case {"text": _, "values": _}:
            return _rendered(value, upload) or ""
        case list():
            return "; ".join(map(_sum, value))
        case _:
            return str(value)


def _number(text: str) -> str:
    return number_format(Decimal(text), force_grouping=True)


def _moment(text: str) -> str:
    return date_format(localtime(datetime.fromisoformat(text)), "SHORT_DATETIME_FORMAT")


LOCALIZED: dict[str, Callable[[str], str]] = {"phrase": gettext, "number": _number, "moment": _moment}


def _sum(named: Mapping[str, str]) -> str:
    """Return an amount behind its currency; an empty one means that there are more."""
    if not named:
        return "…"
    return f"{named['currency'] or gettext(messages.NO_CURRENCY)} {_number(named['openAmount'])}"


OUTCOMES = {
    Outcome.ACCEPTED: (_("Accepted"), "success"),
    Outcome.PARTIAL: (_("Partially accepted"), "warning"),
    Outcome.REFUSED: (_("Refused"), "danger"),
}
STATES = {State.QUEUED: (_("Waiting"), "info"), State.RUNNING: (_("Running"), "info")}
UNDONE = (_("Taken back"), "warning")
KINDS = {key.value: kind for key, (_text, kind) in [*OUTCOMES.items(), *STATES.items()]} | {"undone": UNDONE[1]}
RESOURCES = {"invoices": _("Invoices"), "customers": _("Customers")}


def label_of(upload: Upload) -> tuple[str, str]:
    """Return the text of an upload's label, and its kind: success, warning, danger or info."""
    if upload.undone_by:
        return str(UNDONE[0]), UNDONE[1]
    if is_withheld(upload):
        return str(_("Withheld")), "warning"
    text, kind = STATES[State(upload.state)] if upload.state in STATES else OUTCOMES[Outcome(upload.outcome)]
    return str(text), kind


def is_withheld(upload: Upload) -> bool:
    """Whether the upload was a full load that was withheld, or would be."""
    snapshot = upload.snapshot or {}
    return LoadState.WITHHELD in (snapshot.get("outcome"), snapshot.get("wouldBe"))


def content_text(upload: Upload) -> str:
    """Return what an upload was: rows of a resource, or what it did to a full load."""
    return str(RESOURCES[upload.resource]) if upload.kind == Kind.ROWS else capfirst(upload.get_kind_display())


def number(count: int) -> str:
    """Return a count as the reader's language groups it."""
    return number_format(count, force_grouping=True)


def duration_text(upload: Upload) -> str:
    """Return the duration of an upload, as `0.42 s` or `3 min 20 s`."""
    duration = upload.duration.total_seconds()
    if duration < 60:
        return _("%(seconds)s s") % {"seconds": number_format(duration, decimal_pos=2 if duration < 10 else 0)}
    return _("%(minutes)s min %(seconds)s s") % {"minutes": int(duration // 60), "seconds": int(duration % 60)}
