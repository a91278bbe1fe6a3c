"""The parts of an Office document: XML in a ZIP archive (Open Packaging Conventions, ECMA-376 part 2), within bounds.

A small file may unfold to gigabytes, and expat before 2.6 scans a token that has not ended again with every piece it
is given. So a part is unzipped and parsed in pieces of PIECE bytes, and no further than the bounds below: processor
time and memory grow with the bytes that are read, and with nothing else that a file may say of itself.
"""

import posixpath
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import IO, Any
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from django.conf import settings

from receivables.uploads.files import messages
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.messages import GroupedNumber

ZIP_SIGNATURE, OLE_SIGNATURE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
OLE_DIRECTORY_WITHIN = 4 * 1024 * 1024
UNZIPPED_TIMES = 2  # a sheet is longer than the JSON of its rows
COMPRESSIONS = (ZIP_STORED, ZIP_DEFLATED)  # those of the conventions; zipfile unfolds any other without a bound
MAX_DIRECTORY = 1024 * 1024  # bytes of the list of an archive's members: some 10,000 of them
PIECE = 64 * 1024
MAX_TOKEN = 256 * 1024  # bytes of a tag, comment or instruction; the longest tags list the ranges of a selection
MAX_NAMES = 10_000  # of elements, attributes and prefixes in a part: expat keeps each of them
MAX_DEPTH = 100

RELATIONSHIP = "http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
# What an office document calls its relationships, as it is mostly saved, and as "Strict Open XML".
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_DAMAGES = (
    ExpatError,
    BadZipFile,
    NotImplementedError,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    ArithmeticError,
    LookupError,
)


class PartReader:
    """Gets a part's elements, each by its name behind that of its namespace: `namespace}name`."""

    is_done = False  # what follows in the part is not read
    depth = 0  # of the element that is open

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1

    def end(self, name: str) -> None:
        self.depth -= 1

    def text(self, text: str) -> None:
        """Part of an element's text, of a piece at the most."""


class Package:
    """An archive's parts by their paths, in small letters as they are compared. Raises FileRefused for other files.

    `size` is how many bytes its parts unfold to, as it declares; no more are read.
    """

    def __init__(self, file: IO[bytes]):
        _refuse_other_files(file)
        with telling_damage():
            self._archive = ZipFile(_BoundedReads(file))
        members = self._archive.infolist()
        self._parts = {_path(member.filename): member for member in members}
        self.size = sum(member.file_size for member in members)
        if self.size > UNZIPPED_TIMES * settings.UPLOAD_MAX_BYTES:
            raise FileRefused(messages.UNFOLDS, most=GroupedNumber(UNZIPPED_TIMES * settings.UPLOAD_MAX_BYTES))
        if any(member.flag_bits & 1 for member in members):
            raise FileRefused(messages.PASSWORD)
        if any(member.compress_type not in COMPRESSIONS for member in members):
            raise damaged()

    def close(self) -> None:
        self._archive.close()

    def read(self, path: str, reader: PartReader, most: int | None = None) -> Iterator[int]:
        """Give a part's elements to a reader until it is done; yield behind each piece how many bytes were parsed.

        Raises FileRefused for a part that is missing, damaged, or longer than `most` bytes before the reader is done.
        """
        with telling_damage(), self._archive.open(self._parts[_path(path)]) as part:
            for parsed in _parsed(part, reader):
                yield parsed
                if reader.is_done:
                    return
                if most is not None and parsed > most:
                    raise too_long_part(path, most)

    def read_at_once(self, path: str, reader: PartReader, most: int) -> None:
        for _parsed_bytes in self.read(path, reader, most):
            continue

    def related(self, path: str, most: int) -> dict[str, tuple[str, str]]:
        """Return the parts that a part ("" is the package itself) names: kind and path of each, by its identifier."""
        folder, name = posixpath.split(path)
        relations = f"{folder}/_rels/{name}.rels"
        if _path(relations) not in self._parts:
            return {}
        reader = _Relations(folder)
        self.read_at_once(relations, reader, most)
        return reader.found


class _Relations(PartReader):
    def __init__(self, folder: str):
        self.folder = folder
        self.found: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        super().start(name, attributes)
        if name == RELATIONSHIP and attributes.get("TargetMode") != "External":
            kind = attributes["Type"].removeprefix(OFFICE).removeprefix(STRICT_OFFICE).lstrip("/")
            self.found[attributes["Id"]] = (kind, posixpath.join("/", self.folder, attributes["Target"]))


class _BoundedReads:
    """A file that is read in bounded pieces: zipfile reads the list of members at once, however long."""

    def __init__(self, file: IO[bytes]):
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size if 0 <= size <= MAX_DIRECTORY else MAX_DIRECTORY + 1)
        if len(data) > MAX_DIRECTORY:
            raise FileRefused(messages.TOO_MANY_PARTS)
        return data


def _parsed(part: IO[bytes], reader: PartReader) -> Iterator[int]:
    """Give a part to a reader piece by piece; yield how many bytes were parsed. Raises FileRefused, ExpatError."""
    names: dict[str, Any] = {}
    parser = ParserCreate(None, "}", names)
    parser.buffer_text, parser.buffer_size = True, PIECE
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartNamespaceDeclHandler = lambda prefix, address: None  # so that prefixes count among the names
    parsed = 0
    for piece in iter(partial(part.read, PIECE), b""):
        parser.Parse(piece, False)
        parsed += len(piece)
        if parsed - parser.CurrentByteIndex > MAX_TOKEN:  # which is where the token begins that has not ended
            raise FileRefused(messages.LONG_TOKEN, most=GroupedNumber(MAX_TOKEN))
        if len(names) > MAX_NAMES or reader.depth > MAX_DEPTH:
            raise damaged()
        yield parsed
    parser.Parse(b"", True)
    yield parsed


def _refuse_doctype(*declaration: object) -> None:
    """Refuse declarations of entities, of which one may unfold to gigabytes; no office document has them."""
    raise damaged()


@contextmanager
def telling_damage() -> Iterator[None]:
    """Whatever a broken part raises is a refusal of the file."""
    try:
        yield
    except FileRefused:
        raise
    except _DAMAGES as error:
        raise damaged() from error


def damaged() -> FileRefused:
    return FileRefused(messages.DAMAGED)


def too_long_part(path: str, most: int) -> FileRefused:
    return FileRefused(messages.PART_UNFOLDS, part=path.lstrip("/"), most=GroupedNumber(most))


def _path(name: str) -> str:
    """Return a part's path as it is compared. Some writers put the wrong slash, or other capitals."""
    return posixpath.normpath("/" + name.replace("\\", "/")).lower().lstrip("/")


def _refuse_other_files(file: IO[bytes]) -> None:
    if not file.seekable():
        raise FileRefused(messages.PIPE)
    file.seek(0)
    start = file.read(OLE_DIRECTORY_WITHIN)
    if start.startswith(OLE_SIGNATURE):
        raise FileRefused(messages.PASSWORD_OF_EXCEL if ENCRYPTED in start else messages.OLD_KIND)
    if not start.startswith(ZIP_SIGNATURE):
        raise damaged()
    file.seek(0)
