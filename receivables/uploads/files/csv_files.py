"""A CSV file to a table: cells between commas, semicolons, tabs or bars, quotes read strictly; its lines are bounded
and counted. It is encoded in UTF-8, in UTF-16 as Excel writes it, or in what Excel writes as CSV in the West.

The apostrophe that keeps a spreadsheet from running a text is removed (config/exports/defusing.py).
"""

import codecs
import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterator, Set
from contextlib import contextmanager
from itertools import islice
from typing import IO, NamedTuple

from config.exports.defusing import undefused
from receivables.uploads.files import messages, tables
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.tables import HEAD_ROWS, Noticed, Reading, Table, heading_among, known_names
from receivables.uploads.reading.bodies import chunks_of

csv.field_size_limit(tables.MAX_ROW_CHARACTERS)  # the row's limit is that of its cells
DELIMITERS = ",;\t|"
HEAD_CHARACTERS = 256 * 1024
END_OF_FILE = "\x1a"  # as programs of DOS write it
_DECLARED = re.compile('"?sep=(.)"?[\r\n]*', re.IGNORECASE)


class Lines(Iterator[str]):
    """The lines of a text. Raises FileRefused for a record, of one line or many, that is longer than any row, and for
    bytes that are no text.
    """

    def __init__(self, text: io.TextIOWrapper):
        self._text = text
        self._ahead: deque[str] = deque()
        self._following = ""  # read to see whether the end of the file is the end of a line alone
        self._read_count = self._since_record = 0
        self.record_line = 1
        self.has_apostrophe = False  # since it was last set to False

    def __next__(self) -> str:
        line = self._ahead.popleft() if self._ahead else self._read()
        if not line:
            raise StopIteration
        self._since_record += len(line)
        if self._since_record > tables.MAX_ROW_CHARACTERS:
            raise tables.too_long_row("line", self.record_line)
        self.has_apostrophe = self.has_apostrophe or "'" in line
        return line

    def next_record_begins(self, line: int) -> None:
        self.record_line, self._since_record = line, 0

    def head(self) -> list[str]:
        """Return the first lines, which are still to come. Raises FileRefused where many are blank."""
        filled = size = 0
        while filled < HEAD_ROWS and (size < HEAD_CHARACTERS or not filled) and (line := self._read()):
            self._ahead.append(line)
            size += len(line)
            filled += bool(line.strip())
            if size > tables.MAX_BEFORE_HEADER and not filled:
                raise FileRefused(messages.NO_HEADER)
        return list(self._ahead)

    def skip(self, count: int) -> None:
        for _ in range(count):
            self._ahead.popleft()

    def _read(self) -> str:
        line, self._following = self._following or self._readline(), ""
        if END_OF_FILE in line[-3:]:
            self._following = self._readline()
            if not self._following:
                return line.rstrip(END_OF_FILE) if line.endswith(END_OF_FILE) else line * bool(line.strip("\x1a\r\n"))
        return line

    def _readline(self) -> str:
        line = self._text.readline(tables.MAX_ROW_CHARACTERS + 1)
        self._read_count += 1
        if not line.isascii() and UNDECODABLE.search(line):
            raise self.undecodable()
        return line

    def undecodable(self, behind: int = 0) -> FileRefused:
        """Return the refusal of the line that was read last, or of one behind it."""
        encoding = self._text.encoding.removesuffix("-sig").upper()
        return FileRefused(messages.UNDECODABLE, line=self._read_count + behind, encoding=encoding)


class Start(NamedTuple):
    """The delimiter, how many lines are above the header, and the rows in them."""

    delimiter: str
    lines_above: int
    rows_above: list[list[str]]
    score: tuple[int, int, int] = (0, 0, 0)


def start_of(head: list[str], delimiter: str, known: Set[str]) -> Start:
    """Return where a table begins whose first lines these are: with the delimiter by which it has names that are known,
    else by which most of its rows have as many cells as the others.
    """
    declared = _DECLARED.fullmatch(head[0]) if head else None
    first = 1 if declared else 0
    tried = delimiter or (declared[1] if declared else DELIMITERS)
    starts = [_start_by(head[first:], candidate, known) for candidate in tried]
    best = max(starts, key=lambda start: start.score)
    return best._replace(lines_above=best.lines_above + first)


def _start_by(lines: list[str], delimiter: str, known: Set[str]) -> Start:
    rows = _rows(lines, delimiter)
    if not rows:  # nothing but blank cells, which with any other delimiter would be a text
        return Start(delimiter, 0, [], (0, HEAD_ROWS + 1, 0))
    at = heading_among([cells for _, cells in rows], known)
    line, cells = rows[at]
    widths = Counter(len(cells) for _, cells in rows if len(cells) > 1)
    width, alike = widths.most_common(1)[0] if widths else (1, 0)
    score = (known_names(cells, known), alike, width)
    return Start(delimiter, line, [cells for _, cells in rows[:at]], score)


def _rows(lines: list[str], delimiter: str) -> list[tuple[int, list[str]]]:
    """Return the first rows with a value, each with how many lines are above it."""
    found = []
    reader = csv.reader(lines, delimiter=delimiter)
    above = 0
    try:
        for cells in islice(reader, HEAD_ROWS):
            if tables.has_value(cells):
                found.append((above, cells))
            above = reader.line_num
    except csv.Error:  # what it is, the reader of the rows says
        pass
    return found


@contextmanager
def csv_table(file: IO[bytes], reading: Reading) -> Iterator[Table]:
    """The table of a CSV file; blank lines are none. Raises FileRefused, also while the records are read."""
    text = io.TextIOWrapper(file, reading.encoding, "surrogateescape", newline="")
    lines = Lines(text)
    try:
        start = start_of(lines.head(), reading.delimiter, reading.known_names)
        noticed = Noticed(delimiter=start.delimiter)
        noticed.note_above(start.rows_above)
        lines.skip(start.lines_above)
        records = _records(lines, start, noticed)
        noticed.header_line, header = next(records, (start.lines_above + 1, []))
        yield tables.table_below(header, "line", records, noticed, is_even=True)
    except UnicodeDecodeError:
        raise lines.undecodable(behind=1) from None
    finally:
        text.detach()  # the file is its opener's to close


def _records(lines: Lines, start: Start, noticed: Noticed) -> Iterator[tuple[int, list[str]]]:
    """Yield the line each record begins in, and its cells. Quotes are read strictly: one that is never closed would
    swallow the rows behind it.
    """
    above = start.lines_above + 1
    lines.next_record_begins(above)
    try:
        reader = csv.reader(lines, delimiter=start.delimiter, strict=True)
        for cells in reader:
            if lines.has_apostrophe:
                cells = [undefused(cell) for cell in cells]
                lines.has_apostrophe = False
            if tables.has_value(cells):
                yield lines.record_line, cells
            else:
                noticed.blank_rows += 1
            lines.next_record_begins(above + reader.line_num)
    except csv.Error as error:
        raise FileRefused(messages.NO_CSV, line=lines.record_line, reason=error) from None


UTF8, UTF16, WINDOWS = "utf-8-sig", "utf-16", "windows-1252"
BOMS_OF_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
SAMPLES, LONGEST_SAMPLE = 5, 40
UNDECODABLE = re.compile("[\udc80-\udcff]+")  # how `surrogateescape` leaves bytes that are no text
_BREAK = re.compile("\r\n|\r|\n")
_NON_ASCII = re.compile(r"[^\x00-\x7f]")
_CUT = re.compile(r"[,;|\"\x00-\x1f]")
MOST_TRIED = 1000  # characters that samples are made of


def encoding_of(file: IO[bytes]) -> str:
    """Return the name of a text's encoding. Raises FileRefused, which names the line of what cannot be read.

    A byte order mark decides. Without one, a file that is mostly UTF-8 counts as damaged UTF-8.
    """
    file.seek(0)
    start = file.read(4)
    if start.startswith(BOMS_OF_UTF16):
        return UTF16
    good_count, bad_count, first_bad_line = _read_as_utf8(file)
    if bad_count and (start.startswith(codecs.BOM_UTF8) or good_count >= bad_count):
        raise FileRefused(messages.BAD_UTF8, line=first_bad_line)
    return WINDOWS if bad_count else UTF8


def _read_as_utf8(file: IO[bytes]) -> tuple[int, int, int]:
    """Return how many characters are not ASCII, how many sequences of bytes are none, and the line of the first."""
    good_count, bad_count, line = 0, 0, 1
    for text in _decoded(file, UTF8):
        bad = [] if text.isascii() else UNDECODABLE.findall(text)
        if not bad_count:
            end = text.index(bad[0]) if bad else len(text)
            line += len(_BREAK.findall(text, 0, end))
        bad_count += len(bad)
        good_count += len(text) - len(text.encode("ascii", "ignore")) - sum(map(len, bad))
    return good_count, bad_count, line


def samples_of(file: IO[bytes], encoding: str) -> tuple[str, ...]:
    """Return some of the cells with other characters than ASCII; none where the encoding proves itself. Raises
    FileRefused where the file is not so encoded.
    """
    if encoding in (UTF8, UTF16):
        return ()
    found: dict[str, None] = {}
    tried = 0
    for text in _decoded(file, encoding):
        if UNDECODABLE.search(text):
            raise FileRefused(messages.UNKNOWN_ENCODING)
        for match in islice(_NON_ASCII.finditer(text), MOST_TRIED - tried) if len(found) < SAMPLES else ():
            at = match.start()
            before = _CUT.split(text[max(0, at - LONGEST_SAMPLE // 2) : at])[-1]  # in the same cell
            found[(before + _CUT.split(text[at : at + LONGEST_SAMPLE // 2])[0]).strip()] = None
            tried += 1
    return tuple(found)[:SAMPLES]


def _decoded(file: IO[bytes], encoding: str) -> Iterator[str]:
    """Yield the text of a file in pieces that end with a line, where it has lines: no word and no line break is cut."""
    rest = ""
    for piece in codecs.iterdecode(chunks_of(file), encoding, errors="surrogateescape"):
        lines, end, rest = (rest + piece).rpartition("\n")
        yield lines + end or rest
        rest = rest if end else ""
    yield rest
