"""What receipts say in English, as the member of staff reads it who asks.

Messages are stored as programs read them. Here the values are found in one again, and set into the same text in the
reader's language; a message of no known text, as an earlier release may have left, is shown as it is.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext

from receivables.uploads import messages
from receivables.uploads.files import messages as of_files
from receivables.uploads.files.positions import position_at
from receivables.uploads.files.readers import FileRefused
from receivables.uploads.models import Upload

_PLACE = re.compile(r"%\((\w+)\)s")
_COUNT = re.compile(r"\d{1,3}(,\d{3})+")
_AMOUNT = re.compile(r"-?\d{1,3}(,\d{3})*(\.\d+)?")
_ROW = re.compile(r"row (\d+): (.*)", re.DOTALL)
_FIRST_ROW = re.compile(r" First in row \d+\.$")
# No message is longer that quotes no more than it should. Of one that repeats the words of its text without end, the
# values would be looked for among all of them.
_LONGEST = 600
_PARTS = [*messages.PARTS, *of_files.PARTS]


def _texts_by_code() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for module in (messages, of_files):
        for message in vars(module).values():
            if isinstance(message, messages.Message):
                found.setdefault(message.code, []).extend(dict.fromkeys([message.text, message.of_cells]))
    return found


TEXTS = _texts_by_code()
ALL_TEXTS = [text for texts in TEXTS.values() for text in texts]


def error_text(upload: Upload, error: dict[str, Any]) -> str:
    """Return what is wrong, without the row; other rows that it names are counted as in the file."""
    message = error["message"]
    if error["code"] == messages.UNREADABLE:
        return file_text(message)
    if "index" in error and (row := _ROW.fullmatch(message)):
        message = row[2]
    texts = TEXTS.get(error["code"], [])
    if "field" not in error:
        return _in_language(texts, message, upload)
    name = error["field"] or messages.EMPTY_KEY
    return f"{_value(name)} {_in_language(texts, message.removeprefix(f'{name} '), upload)}"


def warning_text(upload: Upload, warning: dict[str, Any]) -> str:
    """Return what was noted, without the first row that it was noted in; other rows are counted as in the file."""
    message = _FIRST_ROW.sub("", warning["message"])
    text = messages.WARNINGS.get(warning["code"], message)
    name, _, advice = message.partition(text)
    return name + gettext(text) + (" " + _in_language(messages.ADVICE, advice.strip(), upload) if advice else "")


def refusal_text(refusal: FileRefused) -> str:
    return file_text(str(refusal))


def file_text(message: str) -> str:
    """Return why a file cannot be read: what its reader says, or what is said of bodies, perhaps of a row."""
    if row := _ROW.fullmatch(message):
        return f"{_value(f'row {row[1]}')}: {_in_language(ALL_TEXTS, row[2])}"
    return _in_language(ALL_TEXTS, message)


def _in_language(texts: Iterable[str], message: str, upload: Upload | None = None) -> str:
    for text in texts if len(message) <= _LONGEST else ():
        if found := _pattern(text).fullmatch(message):
            values = found.groupdict().items()
            return gettext(text) % {
                name: _sums(value) if name == "sums" else _value(value, upload) for name, value in values
            }
    return message


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """Return what finds the values that were set into a text."""
    parts = enumerate(_PLACE.split(text))
    return re.compile("".join(f"(?P<{part}>.*)" if at % 2 else re.escape(part) for at, part in parts), re.DOTALL)


def _sums(value: str) -> str:
    """Return amounts, each behind its currency, as the reader's language has them."""
    return "; ".join(map(_sum, value.split("; ")))


def _sum(value: str) -> str:
    currency, _, amount = value.rpartition(" ")
    if not _AMOUNT.fullmatch(amount):
        return value
    places = len(amount.partition(".")[2])
    return f"{_value(currency)} {number_format(Decimal(amount.replace(',', '')), places, force_grouping=True)}"


def _value(value: str, upload: Upload | None = None) -> str:
    """Return a value, or what is said in the place of one, as the reader's language has it."""
    if _COUNT.fullmatch(value):
        return number_format(int(value.replace(",", "")), force_grouping=True)
    if upload and (row := _pattern(messages.ROW_OF_ARRAY).fullmatch(value)):
        return str(position_at(upload.file_lines, int(row["index"])) or row["number"])
    return _in_language(_PARTS, value)
