"""Texts in CSV files, of which a spreadsheet runs some as formulas (OWASP, CSV injection; CWE-1236).

An apostrophe is put before a text that begins as a formula does, even after apostrophes or after what spreadsheets
strip, and before one that begins with a tab or a line break. A mere number stays as it is.

Excel, LibreOffice and Google Sheets run `=`, `+`, `-` and `@`, in East Asian locales their full-width forms as well;
`|` begins a call by DDE. They strip blanks, line breaks, controls and invisible characters to different degrees: here
all of them count as stripped. Quotes are of no help, for a spreadsheet takes them off first.

The apostrophe comes off again without loss: `undefused` removes it where what follows would be run, and nowhere else.
A text that looked so before got one more apostrophe, so that one is left.
"""

import re
import string
from typing import Any

from django.db.models import Case, Q, TextField, Value, When
from django.db.models.functions import Concat, Ord
from django.db.models.lookups import In, Regex

# Read alike by PostgreSQL and Python, both ranges of code points and their escapes.
STRIPPED = (
    r"\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180e"
    r"\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
)
BEGINNINGS = "=+@|\uff1d\uff0b\uff0d\uff20\uff5c\ufe66\ufe62\ufe63\ufe6b-"
RUN = rf"\A'*([\u0009\u000a\u000d]|[{STRIPPED}]*[{BEGINNINGS}])"
NUMBER = r"\A'*[+-]?[0-9]+([.,][0-9]+)*\Z"
_RUN, _NUMBER = re.compile(RUN), re.compile(NUMBER)
_HARMLESS = [ord(character) for character in string.ascii_letters + string.digits]


def defused(text: str) -> str:
    """Return a text as a cell of a file that is not written by PostgreSQL."""
    return f"'{text}" if is_run(text) else text


def is_run(text: str) -> bool:
    """Whether a spreadsheet would run a text, with or without its apostrophes, so that it is defused."""
    return _RUN.match(text) is not None and _NUMBER.match(text) is None


def undefused(cell: str) -> str:
    """Return the text that a cell was made of."""
    return cell[1:] if cell.startswith("'") and is_run(cell[1:]) else cell


def defused_column(text: Any) -> Case:
    is_plain = In(Ord(text), _HARMLESS)  # looked at first, and mostly enough: a pattern costs more
    would_run = ~Q(is_plain) & Q(Regex(text, RUN)) & ~Q(Regex(text, NUMBER))
    return Case(When(would_run, then=Concat(Value("'"), text)), default=text, output_field=TextField())
