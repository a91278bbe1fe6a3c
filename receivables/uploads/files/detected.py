"""A file that somebody chose: of which kind it is, whether it can be one at all, and how its text is encoded."""

from dataclasses import dataclass
from typing import IO

from django.conf import settings

from receivables.uploads.files import messages
from receivables.uploads.files.encodings import BOMS_OF_UTF16, UTF8, Encoding, encoding_of
from receivables.uploads.files.readers import FeedFormat, format_of, refusals_of_files
from receivables.uploads.files.tables import TableRefused
from receivables.uploads.files.xlsx.packages import OLE_SIGNATURE, ZIP_SIGNATURE
from receivables.uploads.files.xlsx.workbooks import Workbook
from receivables.uploads.messages import GroupedNumber

START = 4096
LONGEST_SHEET_NAME = 255  # that a draft keeps; Excel's own have 31 characters at the most


@dataclass(frozen=True)
class DetectedFile:
    """A file's kind; `size` is that of what it unfolds to, in bytes, and `sheets` names those of a workbook that people
    see. Where its encoding is not certain, `samples` are up to five texts that it makes of the file, to be judged by.
    """

    feed_format: FeedFormat
    size: int
    encoding: str = UTF8
    sheets: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()


def detect_file(file: IO[bytes], name: str, size: int) -> DetectedFile:
    """Return what kind of file it is. Raises FileRefused."""
    with refusals_of_files():
        feed_format = format_of(name)
        if feed_format is None:
            raise TableRefused(messages.UNKNOWN_KIND.rendered())
        if not size and feed_format.is_table:
            raise TableRefused(messages.EMPTY.rendered())
        if size > settings.UPLOAD_MAX_BYTES:
            raise TableRefused(
                messages.TOO_LARGE.rendered(megabytes=GroupedNumber(settings.UPLOAD_MAX_BYTES // 1024**2))
            )
        return _detected(file, feed_format, size)


def encoding_of_file(file: IO[bytes], feed_format: FeedFormat) -> Encoding:
    """Return how a file is encoded that is no workbook. Raises FileRefused."""
    with refusals_of_files():
        return _encoding(file, feed_format)


def _detected(file: IO[bytes], feed_format: FeedFormat, size: int) -> DetectedFile:
    if feed_format == FeedFormat.XLSX:
        return _workbook(file)
    encoding = _encoding(file, feed_format)
    return DetectedFile(feed_format, size, encoding.name, samples=encoding.samples)


def _workbook(file: IO[bytes]) -> DetectedFile:
    file.seek(0)
    start = file.read(START)
    if not start.startswith((ZIP_SIGNATURE, OLE_SIGNATURE)) and b"\0" not in start:
        raise TableRefused(messages.TEXT_AS_WORKBOOK.rendered())
    with Workbook(file) as workbook:
        size, sheets = workbook.package.size, tuple(sheet.name for sheet in workbook.visible_sheets)
    if not sheets:
        raise TableRefused(messages.NO_SHEETS.rendered())
    if max(map(len, sheets)) > LONGEST_SHEET_NAME:
        raise TableRefused(messages.DAMAGED.rendered())
    return DetectedFile(FeedFormat.XLSX, size, sheets=sheets)


def _encoding(file: IO[bytes], feed_format: FeedFormat) -> Encoding:
    file.seek(0)
    start = file.read(START)
    is_wide = start.startswith(BOMS_OF_UTF16)
    if start.startswith((ZIP_SIGNATURE, OLE_SIGNATURE)):
        raise TableRefused(messages.ARCHIVE_AS_TEXT.rendered())
    if is_wide and not feed_format.is_table:
        raise TableRefused(messages.IN_UTF16.rendered())
    if b"\0" in start and not is_wide:
        raise TableRefused(messages.NO_TEXT.rendered())
    return encoding_of(file) if feed_format == FeedFormat.CSV else Encoding(UTF8)
