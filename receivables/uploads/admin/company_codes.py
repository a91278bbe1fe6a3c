"""Company codes in forms: a box for each, or one text of them all, for a form has at most 1,000 fields."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from customers.imported.numbers import without_invisible

MOST_BOXES = 200
BLANK = '""'  # on a line of its own, the blank company code
LONGEST_CODE = 32
SHOWN = 3  # codes in a message


class CompanyCodesField(forms.CharField):
    """Company codes, one on each line; cleaned, a list without repetitions."""

    default_error_messages = {"too_long": _("A company code has 32 characters at most: %(codes)s.")}

    def __init__(self, **options: Any):
        super().__init__(widget=UnfoldAdminTextareaWidget({"rows": 10}), strip=False, **options)

    def prepare_value(self, value: Any) -> Any:
        return lines_of(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        codes = codes_of(super().clean(value))
        if long := [code for code in codes if len(code) > LONGEST_CODE]:
            raise forms.ValidationError(self.error_messages["too_long"], "too_long", {"codes": shortened(long)})
        return codes


def lines_of(codes: Iterable[str]) -> str:
    return "\n".join(code or BLANK for code in codes)


def codes_of(text: str) -> list[str]:
    """Return the company codes of a text's lines, as rows have them once they are read."""
    lines = (without_invisible(line).strip() for line in text.splitlines())
    return list(dict.fromkeys("" if line == BLANK else line for line in lines if line))


def shortened(codes: list[str]) -> str:
    """Return the first of company codes that somebody wrote."""
    return ", ".join(code[:LONGEST_CODE] for code in codes[:SHOWN]) + (", …" if len(codes) > SHOWN else "")
