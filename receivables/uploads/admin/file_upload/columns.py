"""The page of a table's columns and formats: what only a person knows, and how else the table may be read; and the way
from one page of an upload to the next.
"""

from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.admin.pages import admin_page
from config.api.problems import is_disk_full
from receivables.formats.proof import Verdict
from receivables.uploads.admin.file_upload.forms import NAMES, ColumnsForm, FormatForm
from receivables.uploads.admin.file_upload.questions import day_shown, number_shown
from receivables.uploads.admin.texts import refusal_text
from receivables.uploads.file_upload import drafts
from receivables.uploads.file_upload.drafts import READING_FIELDS, Facts, facts_of, file_of, header_of, inspect, settle
from receivables.uploads.file_upload.previews import is_small, preview
from receivables.uploads.files.csv_files import UTF8, UTF16, WINDOWS
from receivables.uploads.files.file_types import FILE_TYPES, detect_file
from receivables.uploads.files.formats import DayCells
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.survey import Survey
from receivables.uploads.models import Draft, Upload

TEMPLATES = "admin/uploads/upload"
CHOOSE = "admin:uploads_upload_add"


def page_of(draft: Draft, name: str) -> str:
    return reverse(f"admin:uploads_draft_{name}", args=[draft.pk])


def receipt_of(upload: Upload) -> str:
    return reverse("admin:uploads_upload_change", args=[upload.pk])


def previewed(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Preview a draft again, and lead to the preview."""
    user: Any = request.user
    try:
        preview(draft, user.get_username())
    except OperationalError as error:
        messages.error(request, why_not_now(error))
    return redirect(page_of(draft, "preview"))


def why_not_now(error: OperationalError) -> str:
    """Return why the database could not do it. Raises the error of a full disk, which all pages handle alike."""
    if is_disk_full(error):
        raise error
    return _("Another upload of this account is running. Try again in a moment.")


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
class ReadTable:
    """What was found in a draft's file. `refused` says why it cannot be read. A large file has no `facts` until a
    worker has read it.
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

    def columns_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Ask what to do with the columns that the contract lacks, which format numbers and dates have where that is
        open, and how else to read the table.
        """
        draft: Draft = self._draft(request, pk)
        if not FILE_TYPES[draft.file_format].is_table or draft.upload_id:
            return redirect(page_of(draft, "preview"))
        read_as_stated(draft, request.GET)
        answers = request.POST if request.method == "POST" else None
        with file_of(draft) as file:
            table = _header(draft, file)
            proposed = drafts.proposals(draft, table.header)
            proposed |= {name: draft.columns[name] for name in proposed if name in draft.columns}
            form = ColumnsForm(table.header, proposed, draft.resource, answers)
            is_answered = answers is not None and form.is_valid() and not table.refused
            if not table.refused:
                _inspect(draft, file, table, form.columns if is_answered else form.proposed)
        found = table.survey.stated(draft)
        proposed_formats = found.numbers.format, found.dates.format, found.day_cells
        formats = FormatForm(table.survey, answers, initial=dict(zip(NAMES, proposed_formats, strict=True)))
        if is_answered and formats.is_valid():
            return _saved_and_previewed(request, draft, table, form.columns, formats)
        if is_answered:  # the next question has an address of its own, so that one can come back to it
            draft.numbers, draft.dates, draft.day_cells = formats.stated  # these answers are not asked for again
            draft.save(update_fields=[*READING_FIELDS, "facts"])
            return redirect(page_of(draft, "columns"))
        return admin_page(
            request,
            f"{TEMPLATES}/columns.html",
            _("Columns and formats"),
            draft=draft,
            form=form,
            formats=formats,
            table=table,
            encodings=ENCODINGS if "encoding" in FILE_TYPES[draft.file_format].options else {},
            delimiters=DELIMITERS,
            known=[name for name in table.header if name not in form.names.values()],
            step=2,
        )


def _saved_and_previewed(
    request: HttpRequest, draft: Draft, table: ReadTable, columns: dict[str, str], formats: FormatForm
) -> HttpResponse:
    """Remember the answers for files with the same header, and preview the draft."""
    draft.numbers, draft.dates, draft.day_cells = formats.stated
    if columns or formats.questions:
        found = table.facts.survey.stated(draft) if table.facts else None
        drafts.save_mapping(draft, table.header, columns, found)
    return previewed(request, draft)


def read_as_stated(draft: Draft, params: Any) -> None:
    """Read the file as the parameters of the address say; other values are ignored."""
    if params.get("encoding") in ENCODINGS:
        draft.encoding = params["encoding"]
    if params.get("delimiter") in ("", *DELIMITERS):
        draft.delimiter = params["delimiter"]
    if "sheet" in params:
        draft.sheet = params["sheet"]


def _header(draft: Draft, file: IO[bytes]) -> ReadTable:
    has_sheets = "sheet" in FILE_TYPES[draft.file_format].options
    sheets = detect_file(file, draft.file_name, draft.file_size).sheets if has_sheets else ()
    draft.sheet = draft.sheet if draft.sheet in sheets else ""
    try:
        return ReadTable(header_of(draft, file), "", sheets)
    except FileRefused as refusal:
        return ReadTable([], refusal_text(refusal), sheets)


def _inspect(draft: Draft, file: IO[bytes], table: ReadTable, columns: dict[str, str]) -> None:
    """Inspect a small file with these columns; a worker inspects a large one."""
    draft.columns = drafts.remarks(table.header) | columns
    try:
        table.facts = inspect(draft, file) if is_small(draft) else facts_of(draft)
        if table.facts:
            settle(draft, file)
    except FileRefused as refusal:
        table.refused = refusal_text(refusal)


def how_it_was_read(draft: Draft, facts: Facts) -> dict[str, Any]:
    """Return how a table was read, for the person who confirms it."""
    found, noticed = facts.survey.stated(draft), facts.noticed
    columns_page = page_of(draft, "columns")
    return {
        "numbers": _settled(found.numbers, number_shown),
        "dates": _settled(found.dates, day_shown),
        "has_swapped_days": bool(found.misread) and found.day_cells == DayCells.SWAPPED,
        "noticed": noticed,
        "unread_sheets": [(name, f"{columns_page}?{urlencode({'sheet': name})}") for name in noticed.unread_sheets],
        "encoding": ENCODINGS.get(draft.encoding, draft.encoding) if draft.encoding != UTF8 else "",
        "samples": facts.samples,
        "delimiter": DELIMITERS.get(noticed.delimiter, noticed.delimiter),
    }


def _settled(verdict: Verdict, shown: Any) -> dict[str, Any] | None:
    """Return a format with three values of the file as it reads them; None where the file needs no format."""
    if not verdict.format:
        return None
    return {
        "format": verdict.format,
        "samples": [(value.text, shown(value.text, verdict.format)) for value in verdict.samples],
    }
