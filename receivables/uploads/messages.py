"""Messages to senders and staff: how one is made, and those on an upload as a whole.

A message is stored and sent in English, for programs read it. The name of its text and its values are stored beside
it: the admin renders it from these in the language of its reader. The name is that of the constant, so that a message
stays English if its constant is renamed later. Bodies, rows and files have messages of their own, in modules of this
name.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple

from django.utils.translation import gettext_noop as _

UNREADABLE = "unreadable_file"  # the code of all errors of files that staff upload
OF_CELLS = ".cells"  # ends the name of the text for tables
# What UTF-8 text cannot be in PostgreSQL: a NUL, and a surrogate without its other half.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def printable(text: str) -> str:
    """Return text with its unstorable characters written as escapes, so that it can stand in a receipt."""
    if text.isascii() and "\0" not in text:
        return text
    return UNSTORABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class GroupedNumber(int):
    """A number whose digits are grouped; other numbers in messages, as those of lines, are not."""

    def __str__(self) -> str:
        return f"{int(self):,}"


class RowIndex(int):
    """The index of a row of the array. Staff read its line in their file instead."""

    def __str__(self) -> str:
        return f"{self + 1} (index {int(self)})"


class Localized(str):
    """A value in English that staff read as their language has it; `form` says how."""

    __slots__ = ()
    form: ClassVar[str]


class Phrase(Localized):
    """It has its own translation."""

    __slots__ = ()
    form = "phrase"


class ExactNumber(Localized):
    """An amount or a share: plain, for programs; its digits are grouped for staff."""

    __slots__ = ()
    form = "number"


class MomentText(Localized):
    """A moment in UTC (ISO 8601)."""

    __slots__ = ()
    form = "moment"


class Joined(list[str]):
    """Values that stand side by side; phrases among them have their own translations."""

    def __init__(self, values: Iterable[str], separator: str = ", "):
        super().__init__(values)
        self.separator = separator

    def __str__(self) -> str:
        return self.separator.join(self)


class Sums(list[dict[str, str]]):
    """Open amounts by currency, as warnings have them on the wire; an empty one at the end says that there are more."""

    def __str__(self) -> str:
        return "; ".join(
            f"{each['currency'] or NO_CURRENCY} {Decimal(each['openAmount']):,f}" if each else "…" for each in self
        )


class RenderedMessage(NamedTuple):
    """A message in English, and what it was made from: the name of its text, and the values."""

    code: str
    message: str
    text_name: str = ""
    values: Mapping[str, object] = {}

    def __str__(self) -> str:
        return self.message

    @property
    def params(self) -> dict[str, Any]:
        """The name of the text and the values, as JSON."""
        return {"text": self.text_name, "values": {name: _as_json(value) for name, value in self.values.items()}}


def _as_json(value: object) -> Any:
    match value:
        case GroupedNumber():
            return int(value)
        case RowIndex():
            return {"index": int(value)}
        case Localized():
            return {value.form: str(value)}
        case Joined():
            return {"joined": [_as_json(each) for each in value], "separator": value.separator}
        case Sums():
            return list(value)
        case RenderedMessage():
            return value.params
        case _:
            return printable(str(value))


class Message:
    """A text with places for values, and the code that programs know it by; several texts may share one.

    `of_cells` says the same to whoever has a table before them, where the text speaks of JSON.
    """

    def __init__(self, code: str, text: str, *, of_cells: str = ""):
        self.code, self.text, self.of_cells = code, text, of_cells or text
        self.name = ""

    def rendered(self, **values: object) -> RenderedMessage:
        return RenderedMessage(self.code, self.text % values, self.name, values)

    def rendered_for_cells(self, **values: object) -> RenderedMessage:
        return RenderedMessage(self.code, self.of_cells % values, self.name + OF_CELLS, values)


def named(module: Mapping[str, object], prefix: str = "") -> list[Message]:
    """Return the messages of a module, named after its constants."""
    found = {constant: message for constant, message in module.items() if isinstance(message, Message)}
    for constant, message in found.items():
        message.name = prefix + constant.lower()
    return list(found.values())


UNEXPECTED_ROWS = Message(
    "unexpected_rows",
    _("expectedRows is %(expected)s, but %(received)s came. The array is not whole; send it again."),
)
TOTAL_NOT_NAMED = Message(
    "unexpected_total",
    _(
        "%(currency)s: it is not named in expectedTotal, and the rows' invoice amounts sum to %(found)s. "
        "Correct the rows or the total, and send it again."
    ),
)
TOTAL_WITHOUT_ROWS = Message(
    "unexpected_total",
    _(
        "%(currency)s: it should sum to %(expected)s, and no row of it came. "
        "Correct the rows or the total, and send it again."
    ),
)
UNEXPECTED_TOTAL = Message(
    "unexpected_total",
    _(
        "%(currency)s: it should sum to %(expected)s, and the rows' invoice amounts sum to %(found)s. "
        "Correct the rows or the total, and send it again."
    ),
)
SERVER_ERROR = Message(
    "not_taken", _("The rows could not be taken for an error on our side, which has been logged. Send them again.")
)
WITHDRAWN = Message("taken_back", _("The file was taken back, or previewed anew."))

NO_CURRENCY = Phrase(_("No currency"))
AN_ARRAY, AN_OBJECT = Phrase(_("An array")), Phrase(_("An object"))
EMPTY_KEY = _("the empty key")
PHRASES: list[str] = [NO_CURRENCY, AN_ARRAY, AN_OBJECT, EMPTY_KEY]

MESSAGES = named(vars())
