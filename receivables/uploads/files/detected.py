"""What the bytes of a file say of it: whether it can be of its type at all, and how its text is encoded."""

from dataclasses import dataclass
from typing import IO

from receivables.uploads.files import messages
from receivables.uploads.files.encodings import BOMS_OF_UTF16, UTF8, encoding_of, samples_of
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.xlsx.packages import OLE_SIGNATURE, ZIP_SIGNATURE
from receivables.uploads.files.xlsx.workbooks import Workbook

START = 4096
LONGEST_SHEET_NAME = 255  # that a draft stores; Excel's own have 31 characters at the most


@dataclass(frozen=True)
class DetectedFile:
    """`file_type` is the name of a file's type; `size` that of what it unfolds to, in bytes; `sheets` names those of a
    workbook that people see. Where its encoding is not certain, `samples` are up to five texts that it makes of the
    file, to be judged by.
    """

    file_type: str = ""
    size: int = 0
    encoding: str = UTF8
    sheets: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()


def detect_json(file: IO[bytes]) -> DetectedFile:
    if _start_of_text(file).startswith(BOMS_OF_UTF16):
        raise FileRefused(messages.IN_UTF16)
    return DetectedFile()


def detect_csv(file: IO[bytes]) -> DetectedFile:
    _start_of_text(file)
    encoding = encoding_of(file)
    return DetectedFile(encoding=encoding, samples=samples_of(file, encoding))


def detect_workbook(file: IO[bytes]) -> DetectedFile:
    start = _start(file)
    if not start.startswith((ZIP_SIGNATURE, OLE_SIGNATURE)) and b"\0" not in start:
        raise FileRefused(messages.TEXT_AS_WORKBOOK)
    with Workbook(file) as workbook:
        size, sheets = workbook.package.size, tuple(sheet.name for sheet in workbook.visible_sheets)
    if not sheets:
        raise FileRefused(messages.NO_SHEETS)
    if max(map(len, sheets)) > LONGEST_SHEET_NAME:
        raise FileRefused(messages.DAMAGED)
    return DetectedFile(size=size, sheets=sheets)


def _start(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(START)


def _start_of_text(file: IO[bytes]) -> bytes:
    start = _start(file)
    if start.startswith((ZIP_SIGNATURE, OLE_SIGNATURE)):
        raise FileRefused(messages.ARCHIVE_AS_TEXT)
    if b"\0" in start and not start.startswith(BOMS_OF_UTF16):
        raise FileRefused(messages.NO_TEXT)
    return start
