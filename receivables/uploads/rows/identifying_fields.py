"""The fields that identify a row: texts in which one wrong character makes a second customer, or a second debt.

Invisible characters are removed. What a spreadsheet or a program writes instead of a missing or a long number is
recognised: in a table it is refused, because no such cell was meant; in JSON it may be meant, and gets a warning.
"""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from customers.imported.numbers import number_key, without_invisible
from receivables.uploads.messages import Message
from receivables.uploads.reading.literal_json import NumberLiteral
from receivables.uploads.reading.refusals import ValueRefused
from receivables.uploads.rows import messages
from receivables.uploads.rows.columns import Batch, TextColumn
from receivables.uploads.rows.fields import TextField

# What programs write where a value is missing: pandas and Python, JavaScript, databases and their tools, C.
_MISSING = [
    *("nan", "nat", "none", "null", "nil", "undefined", "n/a", "<na>", "<null>", "(null)", "[null]", "\\n"),
    *("-nan", "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan"),
    *("NaN", "-NaN", "NaT"),
]
# What Excel shows for a formula that failed, in English and in German.
_FORMULA_ERRORS = [
    *("#n/a", "#n/a n/a", "#name?", "#ref!", "#value!", "#div/0!", "#num!", "#null!", "#spill!", "#calc!"),
    *("#field!", "#blocked!", "#connect!", "#busy!", "#unknown!", "#getting_data"),
    *("#nv", "#bezug!", "#wert!", "#zahl!", "#überlauf!", "#kalk!", "#feld!", "#blockiert!", "#verbinden!"),
]
NULL_WORDS = frozenset(
    spelt for word in [*_MISSING, *_FORMULA_ERRORS] for spelt in (word, word.lower(), word.upper(), word.capitalize())
)
# How Excel (1.93044E+09, also with a comma) and Java (1.93044E9) shorten a long number; a column that is too narrow
# has number signs alone. 12E5 may be the sender's own number.
_SHORTENED = re.compile(r"[+-]?\d{1,3}(?:[.,]\d*)?[eE]\+\d{1,3}|[+-]?\d[.,]\d+[eE]\d{1,3}|#{3,}", re.ASCII)
_ZERO_FRACTION = re.compile(r"(-?[1-9]\d*)\.0+", re.ASCII)
# In a cell a comma may be the decimal point. Three zeros do not count: they may be thousands.
_ZERO_FRACTION_OF_CELL = re.compile(r"(-?0*[1-9]\d*)[.,]0{1,2}", re.ASCII)
_UNUSUAL = re.compile(r"[.,]0+$|[eE]\+|[.,]\d+[eE]|^#")  # what either may be found in


class IdentifyingField(TextField):
    def read(self, data: Any) -> tuple[str, str]:
        if not isinstance(data, str):
            return super().read(data)
        text, tolerance = self._cleaned(data)
        value, warning_code = super().read(text)
        return value, tolerance or warning_code

    def is_unusual(self, text: str) -> bool:
        """Whether a trimmed text may be another once it is read, or deserve a word."""
        return not text.isascii() or text in NULL_WORDS or _UNUSUAL.search(text) is not None

    def _cleaned(self, data: str) -> tuple[str, str]:
        sent = data.strip()
        text = without_invisible(sent)
        if text in NULL_WORDS:
            return text, self._refused_in_cells(
                messages.NULL_WORD if self.required else messages.NULL_WORD_OF_PART, text
            )
        if _SHORTENED.fullmatch(text):
            return text, self._refused_in_cells(messages.SHORTENED, text)
        fraction = _ZERO_FRACTION_OF_CELL if self.of_table else _ZERO_FRACTION
        is_number = self.of_table or isinstance(data, NumberLiteral)
        if is_number and (whole := fraction.fullmatch(text)):
            return whole[1], "number_with_zero_fraction"
        return text, "invisible_characters" if text != sent else ""

    def _refused_in_cells(self, message: Message, text: str) -> str:
        if self.of_table:
            raise ValueRefused(message, value=text)
        return message.code

    @cached_property
    def of_table(self) -> bool:
        return bool(self.context.get("of_table"))


class CustomerNumberField(IdentifyingField):
    """A number that may come padded with zeros."""

    def warning_code(self, text: str) -> str:
        return "" if number_key(text) == text else "padded_number"


class IdentifyingColumn(TextColumn):
    """A text that identifies. A few checks of all texts of a batch together tell whether any is unusual."""

    field: IdentifyingField

    def read(self, batch: Batch, values: Sequence[Any]) -> list[Any]:
        texts = super().read(batch, values)
        joined = "".join(texts)
        if not joined.isascii() or any(mark in joined for mark in ".,+#") or not NULL_WORDS.isdisjoint(texts):
            for position, text in enumerate(texts):
                if self.field.is_unusual(text):
                    texts[position] = self.read_value(batch, position, text) or ""  # of an uncertain row anything
        return texts
