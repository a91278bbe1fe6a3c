"""The page of a table's columns and formats: what nobody but its reader knows, and how else it may be read."""

from dataclasses import dataclass
from typing import IO, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from receivables.uploads.admin.file_upload.format_questions import FormatForm
from receivables.uploads.admin.file_upload.forms import ColumnsForm
from receivables.uploads.admin.file_upload.steps import TEMPLATES, page_of, previewed
from receivables.uploads.admin.translated import refusal_text
from receivables.uploads.file_upload import mapping
from receivables.uploads.file_upload.detection import Facts, facts_of, header_of, inspect, settle, stated_survey
from receivables.uploads.file_upload.drafts import file_of
from receivables.uploads.file_upload.tasks import READING_FIELDS, is_small
from receivables.uploads.files.encodings import UTF8, UTF16, WINDOWS
from receivables.uploads.files.file_types import FILE_TYPES, detect_file
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.survey import Survey
from receivables.uploads.models import Draft

ENCODINGS = {
    UTF8: "UTF-8",
    WINDOWS: gettext_lazy("Windows-1252 (Western Europe)"),
    "windows-1250": gettext_lazy("Windows-1250 (Central Europe)"),
    "windows-1251": gettext_lazy("Windows-1251 (Cyrillic)"),
    "windows-1254": gettext_lazy("Windows-1254 (Turkish)"),
    "iso-8859-15": "ISO 8859-15",
    "cp850": gettext_lazy("CP850 (DOS)"),
    "mac-roman": "Mac Roman",
    UTF16: "UTF-16",
}
DELIMITERS = {
    ",": gettext_lazy("comma"),
    ";": gettext_lazy("semicolon"),
    "\t": gettext_lazy("tab"),
    "|": gettext_lazy("bar"),
}


@dataclass
class Looked:
    """What was found in a draft's file. `refused` says why it cannot be read as it is; `facts` are not there of a
    large file that nobody looked through yet.
    """

    header: list[str]
    refused: str
    sheets: tuple[str, ...] = ()
    facts: Facts | None = None

    @property
    def survey(self) -> Survey:
        return self.facts.survey if self.facts else Survey()


class ColumnPages:
    """The second step of an upload, for the admin of uploads."""

    _draft: Any
    page_context: Any

    def columns_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Say what becomes of the columns of a table that the contract does not name, how it writes numbers and dates
        where that is open, and how else it is to be read.
        """
        draft: Draft = self._draft(request, pk)
        if not FILE_TYPES[draft.file_format].is_table or draft.upload_id:
            return redirect(page_of(draft, "preview"))
        read_otherwise(draft, request.GET)
        rendered = request.POST if request.method == "POST" else None
        with file_of(draft) as file:
            looked = _header(draft, file)
            proposed = mapping.proposals(draft, looked.header)
            proposed |= {name: draft.columns[name] for name in proposed if name in draft.columns}
            form = ColumnsForm(looked.header, proposed, draft.resource, rendered)
            is_told = rendered is not None and form.is_valid() and not looked.refused
            if not looked.refused:
                _look(draft, file, looked, form.columns if is_told else form.proposed)
        formats = FormatForm(looked.survey, rendered, initial=_initial(draft, looked))
        if is_told and formats.is_valid():
            return self._told(request, draft, looked, form.columns, formats)
        if is_told:  # the page asks again by an address of its own, so that one can come back to it
            draft.numbers, draft.dates, draft.day_cells = formats.stated  # what was answered is not asked for again
            draft.save(update_fields=[*READING_FIELDS, "facts"])
            return redirect(page_of(draft, "columns"))
        context = self.page_context(request, _("Columns and formats")) | {
            "draft": draft,
            "form": form,
            "formats": formats,
            "looked": looked,
            "encodings": ENCODINGS if "encoding" in FILE_TYPES[draft.file_format].options else {},
            "delimiters": DELIMITERS,
            "known": [name for name in looked.header if name not in form.names.values()],
            "step": 2,
        }
        return TemplateResponse(request, f"{TEMPLATES}/columns.html", context)

    def _told(
        self, request: HttpRequest, draft: Draft, looked: Looked, rendered: dict[str, str], formats: FormatForm
    ) -> HttpResponse:
        draft.numbers, draft.dates, draft.day_cells = formats.stated
        if rendered or formats.questions:
            found = stated_survey(draft, looked.facts) if looked.facts else None
            mapping.save_mapping(draft, looked.header, rendered, found)
        return previewed(request, draft)


def read_otherwise(draft: Draft, asked: Any) -> None:
    """Read the file as the address of the page says; what is no way to read it is left alone."""
    if asked.get("encoding") in ENCODINGS:
        draft.encoding = asked["encoding"]
    if asked.get("delimiter") in ("", *DELIMITERS):
        draft.delimiter = asked["delimiter"]
    if "sheet" in asked:
        draft.sheet = asked["sheet"]


def _header(draft: Draft, file: IO[bytes]) -> Looked:
    has_sheets = "sheet" in FILE_TYPES[draft.file_format].options
    sheets = detect_file(file, draft.file_name, draft.file_size).sheets if has_sheets else ()
    draft.sheet = draft.sheet if draft.sheet in sheets else ""
    try:
        return Looked(header_of(draft, file), "", sheets)
    except FileRefused as refusal:
        return Looked([], refusal_text(refusal), sheets)


def _look(draft: Draft, file: IO[bytes], looked: Looked, rendered: dict[str, str]) -> None:
    """Look through a small file, whose columns are these; a worker does it with a large one."""
    draft.columns = mapping.remarks(looked.header) | rendered
    try:
        looked.facts = inspect(draft, file) if is_small(draft) else facts_of(draft)
        if looked.facts:
            settle(draft, file)
    except FileRefused as refusal:
        looked.refused = refusal_text(refusal)


def _initial(draft: Draft, looked: Looked) -> dict[str, str]:
    """Return what is proposed: as it was stated of this file or one with the same headers, else as it is proved."""
    found = stated_survey(draft, looked.facts) if looked.facts else Survey()
    return {"numbers": found.numbers.format, "dates": found.dates.format, "day_cells": found.day_cells}
