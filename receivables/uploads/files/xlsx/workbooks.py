"""An Excel workbook (SpreadsheetML, ECMA-376 part 1, 18): its sheets, its shared texts, its formats of numbers.

Each part is read when it is asked for, and no further. A workbook saved as "Strict Open XML" differs in the names of
its parts' namespaces, and is read alike.
"""

import re
from array import array
from collections.abc import Iterator
from functools import lru_cache
from typing import IO, NamedTuple, Self

from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from receivables.uploads.files import messages
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.xlsx import packages
from receivables.uploads.files.xlsx.packages import Package, PartReader
from receivables.uploads.messages import GroupedNumber

MAX_FRAME = 1024 * 1024  # bytes of the list of sheets, and of what says which parts they are
MAX_STYLES = 16 * 1024 * 1024
MAX_STRINGS = 128 * 1024 * 1024  # they stay in memory
MAX_STRINGS_BEFORE_HEADER = 16 * 1024 * 1024  # a web request waits for them
MAX_SHEETS = 1000
LONGEST_FORMAT = 255  # characters of a format of numbers, in Excel; what tells a date from a number reads it again
GENERAL = "General"

_NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_SHEET_IDS = (f"{packages.OFFICE}}}id", f"{packages.STRICT_OFFICE}}}id")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_HALF = re.compile("[\ud800-\udfff]")
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def tags(*names: str) -> dict[str, str]:
    """Return these names of SpreadsheetML by what a part reader gets of them."""
    return {f"{namespace}}}{name}": name for namespace in _NAMESPACES for name in names}


class Sheet(NamedTuple):
    name: str
    is_hidden: bool
    path: str


class Workbook:
    """The sheets of a file that have cells, in their order; `strings` and `styles` are what cells refer to.

    Raises FileRefused, also while it is used.
    """

    def __init__(self, file: IO[bytes]):
        self.package = Package(file)
        frame = _Frame()
        path = self._path_of(self.package.related("", MAX_FRAME), "officeDocument")
        self.package.read_at_once(path, frame, MAX_FRAME)
        related = self.package.related(path, MAX_FRAME)
        self.epoch = MAC_EPOCH if frame.is_of_1904 else WINDOWS_EPOCH
        self.sheets = [
            sheet._replace(path=related[sheet.path][1])
            for sheet in frame.sheets
            if related.get(sheet.path, ("",))[0] == "worksheet"  # charts and dialogs are sheets, too
        ]
        self.strings = SharedStrings(self.package, self._path_of(related, "sharedStrings", is_needed=False))
        self.styles = Styles(self.package, self._path_of(related, "styles", is_needed=False))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.package.close()

    @property
    def visible_sheets(self) -> list[Sheet]:
        """Those that are not hidden, or all if each is."""
        return [sheet for sheet in self.sheets if not sheet.is_hidden] or self.sheets

    def sheet(self, name: str = "") -> Sheet:
        """Return the sheet of that name, or the first that is visible."""
        found = [sheet for sheet in self.sheets if sheet.name == name] if name else self.visible_sheets
        if not found:
            raise FileRefused(messages.NO_SUCH_SHEET, name=repr(name)) if name else FileRefused(messages.NO_HEADER)
        return found[0]

    def _path_of(self, related: dict[str, tuple[str, str]], kind: str, *, is_needed: bool = True) -> str:
        path = next((path for found, path in related.values() if found == kind), "")
        if is_needed and not path:
            raise packages.damaged()
        return path


class _Frame(PartReader):
    """The list of sheets, each with its relationship's identifier as its path."""

    TAGS = tags("workbookPr", "sheet", "sheets")

    def __init__(self) -> None:
        self.is_of_1904 = False
        self.sheets: list[Sheet] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        super().start(name, attributes)
        match self.TAGS.get(name):
            case "workbookPr":
                self.is_of_1904 = is_true(attributes.get("date1904"))
            case "sheet":
                identifier = next((attributes[name] for name in _SHEET_IDS if name in attributes), "")
                is_hidden = attributes.get("state", "visible") != "visible"
                self.sheets.append(Sheet(unescaped(attributes["name"]), is_hidden, identifier))
                if len(self.sheets) > MAX_SHEETS:
                    raise FileRefused(messages.TOO_MANY_SHEETS, most=GroupedNumber(MAX_SHEETS))

    def end(self, name: str) -> None:
        super().end(name)
        if self.TAGS.get(name) == "sheets":
            self.is_done = True


class Styles(PartReader):
    """The formats of numbers, such as "yyyy-mm-dd", by the number of a cell's style."""

    TAGS = tags("numFmt", "cellXfs", "xf")

    def __init__(self, package: Package, path: str):
        self._package, self._unread_path = package, path
        self._codes: dict[int, str] = dict(BUILTIN_FORMATS)
        self._formats = array("I")  # of each style
        self._is_within = False

    def number_format(self, style: int) -> str:
        if path := self._unread_path:
            self._unread_path = ""
            self._package.read_at_once(path, self, MAX_STYLES)
        number = self._formats[style] if 0 <= style < len(self._formats) else 0
        return self._codes.get(number, GENERAL)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        super().start(name, attributes)
        match self.TAGS.get(name):
            case "xf" if self._is_within:
                self._formats.append(int(attributes.get("numFmtId", 0)))
            case "numFmt" if len(code := attributes["formatCode"]) <= LONGEST_FORMAT:
                self._codes[int(attributes["numFmtId"])] = code
            case "cellXfs":
                self._is_within = True

    def end(self, name: str) -> None:
        super().end(name)
        if self.TAGS.get(name) == "cellXfs":
            self.is_done = True


class SharedStrings(PartReader):
    """The texts that cells refer to by their index. They are read as far as one is needed, and never further than
    `most` bytes of XML. They are stored one behind another: a list of as many would take several times the memory.
    """

    TAGS = tags("si", "t", "rPh")

    def __init__(self, package: Package, path: str):
        self.most = MAX_STRINGS_BEFORE_HEADER
        self._path = path
        self._reading: Iterator[int] = package.read(path, self) if path else iter(())
        self._written = bytearray()
        self._ends = array("I", [0])
        self._is_text = self._is_reading_aid = False
        self.at = lru_cache(maxsize=10_000)(self._at)

    def _at(self, index: int) -> str:
        """Return a text. Raises FileRefused."""
        while index >= self._count and (parsed := next(self._reading, None)) is not None:
            if parsed > self.most:
                raise packages.too_long_part(self._path, self.most)
        if not 0 <= index < self._count:
            raise packages.damaged()
        return unescaped(self._written[self._ends[index] : self._ends[index + 1]].decode())

    @property
    def _count(self) -> int:
        return len(self._ends) - 1

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        match self.TAGS.get(name):
            case "t":
                self._is_text = not self._is_reading_aid
            case "rPh":  # how a name is pronounced
                self._is_reading_aid = True

    def end(self, name: str) -> None:
        self.depth -= 1
        match self.TAGS.get(name):
            case "t":
                self._is_text = False
            case "si":
                self._ends.append(len(self._written))
            case "rPh":
                self._is_reading_aid = False

    def text(self, text: str) -> None:
        if self._is_text:
            self._written += text.encode()


def unescaped(text: str) -> str:
    """Return a text with the characters that XML cannot hold: _x000D_ stands for a carriage return, and _x005F_ for the
    underscore of what only looks so (ECMA-376 part 1, 22.9.2.19, ST_Xstring).
    """
    if "_x" not in text:
        return text
    characters = _ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), text)
    joined = _SURROGATES.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), characters)
    return _HALF.sub(lambda half: f"_x{ord(half[0]):04X}_", joined)  # half a pair is no text, and stays as written


def is_true(value: str | None) -> bool:
    """Whether a boolean of XML is true."""
    return value in ("1", "true")
