"""How the text of a file is encoded: UTF-8, UTF-16 as Excel writes it, or what Excel writes as CSV in the West."""

import codecs
import re
from collections.abc import Iterator
from itertools import islice
from typing import IO

from receivables.uploads.files import messages
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.reading.bodies import chunks_of

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
    survey = _Survey(file)
    if survey.bad_count and (start.startswith(codecs.BOM_UTF8) or survey.good_count >= survey.bad_count):
        raise FileRefused(messages.BAD_UTF8, line=survey.first_bad_line)
    return WINDOWS if survey.bad_count else UTF8


class _Survey:
    """What UTF-8 makes of a file: how many characters are not ASCII, and how many sequences of bytes are none."""

    def __init__(self, file: IO[bytes]):
        self.good_count = self.bad_count = 0
        self.first_bad_line = self._line = 1
        for text in _decoded(file, UTF8):
            self._count(text)

    def _count(self, text: str) -> None:
        bad = [] if text.isascii() else UNDECODABLE.findall(text)
        if not self.bad_count:
            end = UNDECODABLE.search(text).start() if bad else len(text)  # type: ignore[union-attr]
            self._line += len(_BREAK.findall(text, 0, end))
            self.first_bad_line = self._line
        self.bad_count += len(bad)
        self.good_count += len(text) - len(text.encode("ascii", "ignore")) - sum(map(len, bad))


def samples_of(file: IO[bytes], encoding: str) -> tuple[str, ...]:
    """Return some of the texts with other characters than ASCII; none where the encoding proves itself. Raises
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
            found[_around(text, match.start())] = None
            tried += 1
    return tuple(found)[:SAMPLES]


def _around(text: str, at: int) -> str:
    """Return a character with its neighbours in the cell."""
    before = _CUT.split(text[max(0, at - LONGEST_SAMPLE // 2) : at])[-1]
    return (before + _CUT.split(text[at : at + LONGEST_SAMPLE // 2])[0]).strip()


def _decoded(file: IO[bytes], encoding: str) -> Iterator[str]:
    """Yield the text of a file in pieces that end with a line, where it has lines: no word and no line break is cut."""
    rest = ""
    for piece in codecs.iterdecode(chunks_of(file), encoding, errors="surrogateescape"):
        lines, end, rest = (rest + piece).rpartition("\n")
        yield lines + end or rest
        rest = rest if end else ""
    yield rest
