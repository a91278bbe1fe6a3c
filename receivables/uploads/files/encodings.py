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
