"""The types of files that are read: how each is called and recognised, and what reads its rows.

Who needs to know a type asks for it here: the options and texts of send_feed, and the pages of an upload. A new one is
a reader of its own, and its declaration here.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import IO, ClassVar

from django.conf import settings

from receivables.uploads.files import messages
from receivables.uploads.files.csv_files import BOMS_OF_UTF16, UTF8, csv_table, encoding_of, samples_of
from receivables.uploads.files.json_files import lines_of_array, lines_of_ndjson
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.positions import NumberedLines
from receivables.uploads.files.table_rows import lines_of_table, nameable_columns
from receivables.uploads.files.tables import Reading, Table
from receivables.uploads.files.xlsx.packages import OLE_SIGNATURE, ZIP_SIGNATURE
from receivables.uploads.files.xlsx.sheets import sheet_table
from receivables.uploads.files.xlsx.workbooks import Workbook
from receivables.uploads.messages import GroupedNumber

OF_ANY_TABLE = frozenset({"columns", "numbers", "dates"})
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


@dataclass(frozen=True, eq=False, kw_only=True)
class FileType(ABC):
    """`name` is what drafts and `--format` call the type, `plural` what people call such files, and `row_word` how they
    count their rows. `options` are the members of a Reading that say how such a file is read. `detect` raises
    FileRefused for a file that cannot be of this type.
    """

    name: str
    plural: str
    extensions: tuple[str, ...]
    detect: Callable[[IO[bytes]], DetectedFile]
    row_word: str = "row"
    options: frozenset[str] = frozenset()
    is_table: ClassVar[bool] = False

    @abstractmethod
    def numbered_lines(self, file: IO[bytes], resource: str, reading: Reading) -> NumberedLines:
        """Yield each row of an upload to `resource` as a line of JSON in UTF-8, its newline included, while the file is
        being read; with it the line of the file that the row begins in, of a sheet its row, where that is known.

        Raises FileRefused where the file as a whole is broken; what is wrong with a row's values, its receiver says.
        """


@dataclass(frozen=True, eq=False, kw_only=True)
class JsonFile(FileType):
    lines: Callable[[IO[bytes]], NumberedLines]

    def numbered_lines(self, file: IO[bytes], resource: str, reading: Reading) -> NumberedLines:
        return self.lines(file)


@dataclass(frozen=True, eq=False, kw_only=True)
class TableFile(FileType):
    """`open_table` raises FileRefused, also while the table's records are read."""

    open_table: Callable[[IO[bytes], Reading], AbstractContextManager[Table]]
    is_table: ClassVar[bool] = True

    def numbered_lines(self, file: IO[bytes], resource: str, reading: Reading) -> NumberedLines:
        with self.open_table(file, reading) as table:
            yield from lines_of_table(table, resource, reading)

    def header(self, file: IO[bytes], reading: Reading) -> list[str]:
        """Return the names of the columns that people can say something of. Raises FileRefused."""
        with self.open_table(file, reading) as table:
            return nameable_columns(table)


JSON = JsonFile(
    name="json",
    plural="JSON files",
    extensions=(".json",),
    detect=detect_json,
    lines=lines_of_array,
)
NDJSON = JsonFile(
    name="ndjson",
    plural="files of newline-delimited JSON",
    extensions=(".ndjson", ".jsonl"),
    detect=detect_json,
    lines=lines_of_ndjson,
    row_word="line",
)
CSV = TableFile(
    name="csv",
    plural="CSV files",
    extensions=(".csv",),
    detect=detect_csv,
    open_table=csv_table,
    row_word="line",
    options=OF_ANY_TABLE | {"encoding", "delimiter"},
)
XLSX = TableFile(
    name="xlsx",
    plural="workbooks",
    extensions=(".xlsx",),
    detect=detect_workbook,
    open_table=sheet_table,
    options=OF_ANY_TABLE | {"sheet", "day_cells"},
)
FILE_TYPES: dict[str, FileType] = {each.name: each for each in (JSON, NDJSON, CSV, XLSX)}
BY_EXTENSION = {extension: each for each in FILE_TYPES.values() for extension in each.extensions}


def type_by_name(name: str) -> FileType | None:
    """Return the type of a file of this name, by its extension, where that is known."""
    return BY_EXTENSION.get(PurePath(name).suffix.lower())


def detect_file(file: IO[bytes], name: str, size: int) -> DetectedFile:
    """Return what a file of this name is. Raises FileRefused for what can be none of the types."""
    file_type = type_by_name(name)
    if file_type is None:
        raise FileRefused(messages.UNKNOWN_TYPE, extensions=", ".join(BY_EXTENSION))
    if not size and file_type.is_table:
        raise FileRefused(messages.EMPTY)
    if size > settings.UPLOAD_MAX_BYTES:
        raise FileRefused(messages.TOO_LARGE, megabytes=GroupedNumber(settings.UPLOAD_MAX_BYTES // 1024**2))
    detected = file_type.detect(file)
    return replace(detected, file_type=file_type.name, size=detected.size or size)
