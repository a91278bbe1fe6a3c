"""How a table was read, for whoever is to confirm it."""

from typing import Any
from urllib.parse import urlencode

from receivables.uploads.admin.file_upload.columns import DELIMITERS, ENCODINGS
from receivables.uploads.admin.file_upload.format_questions import day_shown, number_shown
from receivables.uploads.admin.file_upload.steps import page_of
from receivables.uploads.admin.labels import number
from receivables.uploads.file_upload.detection import Facts, stated_survey
from receivables.uploads.files.encodings import UTF8
from receivables.uploads.files.formats import DayCells
from receivables.uploads.files.verdicts import Verdict
from receivables.uploads.models import Draft


def how_it_was_read(draft: Draft, facts: Facts) -> dict[str, Any]:
    found, noticed = stated_survey(draft, facts), facts.noticed
    return {
        "numbers": _settled(found.numbers, number_shown),
        "dates": _settled(found.dates, day_shown),
        "has_swapped_days": bool(found.misread) and found.day_cells == DayCells.SWAPPED,
        "sheets": noticed.sheets,
        "unread_sheets": [(name, _address(draft, sheet=name)) for name in noticed.unread_sheets],
        "hidden_rows": noticed.hidden_rows,
        "hidden_rows_shown": number(noticed.hidden_rows),
        "lines_above": noticed.lines_above,
        "header_line": noticed.header_line,
        "encoding": ENCODINGS.get(draft.encoding, draft.encoding) if draft.encoding != UTF8 else "",
        "samples": facts.samples,
        "delimiter": DELIMITERS.get(noticed.delimiter, noticed.delimiter),
    }


def _settled(verdict: Verdict, shown: Any) -> dict[str, Any] | None:
    """Return a format with what it makes of three values of the file; None where the file needs none."""
    if not verdict.format:
        return None
    return {
        "format": verdict.format,
        "samples": [(value.text, shown(value.text, verdict.format)) for value in verdict.samples],
    }


def _address(draft: Draft, **reading: str) -> str:
    return f"{page_of(draft, 'columns')}?{urlencode(reading)}"
