"""A file that staff chose, before it is kept: of which kind it is, and whether it can be one at all."""

import codecs
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from receivables.uploads.codings import chunks_of
from receivables.uploads.feeds import messages
from receivables.uploads.feeds.files import FeedFormat, FileRefused, format_of
from receivables.uploads.feeds.packages import OLE_SIGNATURE, ZIP_SIGNATURE
from receivables.uploads.feeds.tables import TableRefused
from receivables.uploads.feeds.workbooks import Workbook

UTF8, WINDOWS = "utf-8-sig", "windows-1252"
OTHER_ENCODINGS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
START = 4096
LONGEST_SHEET_NAME = 255  # that a draft keeps; Excel's own have 31 characters at the most


@dataclass(frozen=True)
class Chosen:
    """A file's kind; `size` is that of what it unfolds to, in bytes, and `sheets` names those of a workbook."""

    feed_format: FeedFormat
    size: int
    encoding: str = UTF8
    sheets: tuple[str, ...] = ()


def look_at(file: IO[bytes], name: str, size: int) -> Chosen:
    """Return what kind of file it is. Raises FileRefused."""
    feed_format = format_of(name)
    if feed_format is None:
        raise FileRefused(_("No file of this kind can be read. Choose a .xlsx, .csv, .json, .ndjson or .jsonl file."))
    if not size:
        raise FileRefused(_("The file is empty."))
    if size > settings.UPLOAD_MAX_BYTES:
        raise FileRefused(too_large())
    file.seek(0)
    start = file.read(START)
    if feed_format == FeedFormat.XLSX:
        return _workbook(file, start)
    _refuse_what_is_no_text(start)
    encoding = _encoding(file) if feed_format == FeedFormat.CSV else UTF8
    return Chosen(feed_format, size, encoding)


def too_large() -> str:
    megabytes = settings.UPLOAD_MAX_BYTES // 1024**2
    return _("The file is larger than the %(megabytes)s MB that are taken at once. Split it.") % {
        "megabytes": f"{megabytes:,}"
    }


def _workbook(file: IO[bytes], start: bytes) -> Chosen:
    if not start.startswith((ZIP_SIGNATURE, OLE_SIGNATURE)) and b"\0" not in start:
        raise FileRefused(_("The file is text and no Excel workbook, though its name says so. Name it .csv or .json."))
    try:
        with Workbook(file) as workbook:
            size, sheets = workbook.package.size, tuple(sheet.name for sheet in workbook.visible_sheets)
        if not sheets:
            raise FileRefused(_("The workbook has no sheet with cells."))
        _refuse_names_that_are_none(sheets)
        return Chosen(FeedFormat.XLSX, size, sheets=sheets)
    except TableRefused as refusal:
        raise FileRefused(str(refusal)) from None


def _refuse_names_that_are_none(sheets: tuple[str, ...]) -> None:
    if max(map(len, sheets)) > LONGEST_SHEET_NAME:
        raise TableRefused(messages.DAMAGED.told())


def _refuse_what_is_no_text(start: bytes) -> None:
    if start.startswith((ZIP_SIGNATURE, OLE_SIGNATURE)):
        raise FileRefused(_("The file is a workbook or an archive, though its name says otherwise. Save it as .xlsx."))
    if start.startswith(OTHER_ENCODINGS):
        raise FileRefused(_("The file is in UTF-16. Save it in UTF-8 (in Excel: CSV UTF-8)."))
    if b"\0" in start:
        raise FileRefused(_("The file is no text, though its name says so. Choose the file that you exported."))


def _encoding(file: IO[bytes]) -> str:
    """Return how the text is encoded: UTF-8, or what Excel writes as CSV in the West. Raises FileRefused."""
    for encoding in (UTF8, WINDOWS):
        if _decodes(file, encoding):
            return encoding
    raise FileRefused(_("The file is neither UTF-8 nor Windows-1252. Save it in UTF-8 (in Excel: CSV UTF-8)."))


def _decodes(file: IO[bytes], encoding: str) -> bool:
    try:
        for _text in codecs.iterdecode(chunks_of(file), encoding):
            continue
    except UnicodeDecodeError:
        return False
    return True
