"""The forms of the upload page: the file, its columns, and the formats of its numbers and dates."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import DecimalException
from typing import Any

from django import forms
from django.conf import settings
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminSelectWidget

from apiauth.models import Account, Handling
from receivables.money import NotAnAmount, balance_from_text, decimal_places
from receivables.uploads.admin.texts import RESOURCES, refusal_text
from receivables.uploads.file_upload.drafts import missing_fields
from receivables.uploads.files.file_types import BY_EXTENSION, DetectedFile, detect_file
from receivables.uploads.files.formats import DateFormat, DayCells, NumberFormat, swapped_day
from receivables.uploads.files.messages import TOO_LARGE, FileRefused
from receivables.uploads.files.survey import Survey, Value, Verdict, day_as_read, number_as_read
from receivables.uploads.files.tables import AS_EXTRA, IGNORED, field_names
from receivables.uploads.resources import Resource

HANDLINGS = [
    (Handling.STRICT, _("Refuse the whole file")),
    (Handling.LENIENT, _("Accept the good rows")),
]


def too_large() -> str:
    return gettext(TOO_LARGE.text) % {"megabytes": f"{settings.UPLOAD_MAX_BYTES // 1024**2:,}"}


class FileForm(forms.Form):
    extensions = ", ".join(BY_EXTENSION)
    account = forms.ModelChoiceField(Account.objects.none(), label=_("Account"), widget=UnfoldAdminSelectWidget)
    resource = forms.ChoiceField(
        label=_("Content of the file"), choices=list(RESOURCES.items()), widget=UnfoldAdminSelectWidget
    )
    handling = forms.ChoiceField(label=_("If a row is bad"), choices=HANDLINGS, widget=UnfoldAdminRadioSelectWidget)
    is_full_load = forms.BooleanField(
        label=_("This file is all that is open in its company codes"),
        help_text=_(
            "Open items of these company codes that are not in the file are closed. The preview shows which, and "
            "you can choose the company codes there."
        ),
        required=False,
    )
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,  # the message about it is our own
        max_length=255,
        widget=forms.FileInput(attrs={"accept": ",".join(BY_EXTENSION), "data-max-bytes": settings.UPLOAD_MAX_BYTES}),
        error_messages={"required": _("Choose a file.")},
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.user = user
        accounts = Account.objects.visible_to(user).filter(is_active=True)
        field: Any = self.fields["account"]
        field.queryset = accounts
        two = list(accounts[:2])
        self.has_account = bool(two)
        if len(two) == 1:
            field.initial, field.empty_label = two[0], None
        self.fields["handling"].initial = two[0].upload_handling if len(two) == 1 else Handling.STRICT
        self.fields["file"].widget.attrs["data-too-large"] = too_large()
        self.detected: DetectedFile | None = None

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("is_full_load") and self.cleaned_data.get("resource") != Resource.INVOICES:
            self.add_error("is_full_load", _("Only invoices can be closed. Untick this for customers."))
        return self.cleaned_data

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        try:
            self.detected = detect_file(file.file, file.name, file.size)
        except FileRefused as refusal:
            raise forms.ValidationError(refusal_text(refusal)) from None
        return file


class ColumnsForm(forms.Form):
    """For each unknown column of a table, the field that it is imported as."""

    def __init__(self, header: list[str], proposed: dict[str, str], resource: str, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.header, self.proposed, self.resource = header, proposed, resource
        self.names = dict(zip((f"column{index}" for index in range(len(proposed))), proposed, strict=True))
        free = [(name, name) for name in field_names(resource) if name not in header]
        unassigned = [(AS_EXTRA, _("Store as an extra field, under its own name")), (IGNORED, _("Leave out"))]
        choices: list[Any] = [(_("Field of the contract"), free), (_("No field"), unassigned)]
        for key, name in self.names.items():
            self.fields[key] = forms.ChoiceField(
                label=name, choices=choices, initial=proposed[name], widget=UnfoldAdminSelectWidget
            )

    def clean(self) -> dict[str, Any]:
        columns = self.columns
        targets = [target for target in columns.values() if target not in (AS_EXTRA, IGNORED)]
        for key, name in self.names.items():
            if columns.get(name) in targets and targets.count(columns[name]) > 1:
                self.add_error(
                    key, _("Another column is already assigned to this field. Assign each field to one column.")
                )
        if missing := missing_fields(self.header, columns, self.resource):
            message = _("Every row needs %(fields)s. Choose the columns of these fields.")
            raise forms.ValidationError(message % {"fields": ", ".join(missing)})
        return self.cleaned_data

    @property
    def columns(self) -> dict[str, str]:
        """The field of each unknown column."""
        return {name: self.cleaned_data[key] for key, name in self.names.items() if key in self.cleaned_data}


SHOWN_PLACES = 2  # of an amount, at least
NAMES = ("numbers", "dates", "day_cells")


@dataclass(frozen=True)
class Option:
    """A possible answer; `samples` are texts of the file, each as it is read then, empty if it cannot be read."""

    value: str
    label: str
    samples: list[tuple[str, str]]


@dataclass(frozen=True)
class Question:
    name: str
    legend: str
    why: str
    options: list[Option]
    answer: str
    is_open: bool


class FormatForm(forms.Form):
    """The answers to a survey's questions; a format that is settled can be changed."""

    def __init__(self, survey: Survey, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.questions = list(_questions(survey))
        for question in self.questions:
            choices = [(option.value, option.label) for option in question.options]
            missing = {"required": gettext("Choose one of these.")}
            self.fields[question.name] = forms.ChoiceField(
                choices=choices, required=question.is_open, error_messages=missing
            )

    @property
    def with_answers(self) -> list[tuple[Question, Any, str]]:
        """The questions with their fields and the answer that is given or proposed."""
        found = [(question, self[question.name]) for question in self.questions]
        return [(question, field, field.value() or self.initial.get(question.name, "")) for question, field in found]

    @property
    def stated(self) -> tuple[str, ...]:
        """The formats of numbers, dates and days that the answers state, without those that are proved."""
        proved = {question.name: question.answer for question in self.questions}
        answers = {name: self.cleaned_data.get(name, "") for name in NAMES}
        return tuple("" if proved.get(name) == answer else answer for name, answer in answers.items())


def _questions(survey: Survey) -> Iterator[Question]:
    if survey.numbers.is_open or survey.numbers.format:
        legend = gettext("Which format do the numbers have?")
        why = gettext("No number in the file shows which of these formats it has.")
        options = _options(survey.numbers, list(NumberFormat), number_shown)
        yield _format_question("numbers", legend, why, survey.numbers, options, survey.unit)
    if survey.dates.is_open or survey.dates.format:
        legend = gettext("Which format do the dates have?")
        why = gettext("No date in the file shows which of these formats it has.")
        options = _options(survey.dates, list(DateFormat), day_shown)
        yield _format_question("dates", legend, why, survey.dates, options, survey.unit)
    if survey.misread:
        yield _question_of_day_cells(survey)


def _format_question(name: str, legend: str, why: str, verdict: Verdict, options: list[Option], unit: str) -> Question:
    if not verdict.is_open:
        why = ""
    if verdict.is_contradictory:
        sentence = gettext(
            "%(first)s and %(other)s are written in different formats. Rows in the other format are then bad rows."
        )
        first, other = verdict.values[0], verdict.values[-1]
        why = sentence % {"first": with_position(first, unit), "other": with_position(other, unit)}
    return Question(name, legend, why, options, verdict.format, verdict.is_open)


def _options(verdict: Verdict, formats: list[str], shown: Callable[[str, str], str]) -> list[Option]:
    """Return the formats to choose from; of several that read all open values alike, the first."""
    values = verdict.values if verdict.is_open else verdict.samples
    found: dict[Any, Option] = {}
    for each in formats:
        if verdict.is_open and each not in verdict.choices:
            continue
        samples = [(value.text, shown(value.text, each)) for value in values]
        key = tuple(reading for _text, reading in samples) if verdict.is_open else each
        found.setdefault(key, Option(str(each), str(each), samples))
    return list(found.values())


def with_position(value: Value, unit: str) -> str:
    """Return a value with its position, as people find it in the file."""
    of_lines = gettext("“%(text)s” (column %(column)s, line %(line)s)")
    text = of_lines if unit == "line" else gettext("“%(text)s” (column %(column)s, row %(line)s)")
    return text % {"text": value.text, "column": value.column, "line": value.line}


def _question_of_day_cells(survey: Survey) -> Question:
    *days, text = survey.misread
    why = gettext(
        "%(day)s is a date, but %(text)s is text. Excel may have confused the day and the month of some dates."
    ) % {
        "day": with_position(days[0], survey.unit),
        "text": with_position(text, survey.unit),
    }
    right = Option(DayCells.RIGHT, gettext("The dates are correct"), [(day.text, _day(day.text)) for day in days])
    samples = [(day.text, _day(swapped_day(day.text))) for day in days]
    swapped = Option(DayCells.SWAPPED, gettext("Excel swapped day and month"), samples)
    legend = gettext("Are the dates that Excel recognised correct?")
    return Question("day_cells", legend, why, [right, swapped], survey.day_cells, survey.needs_day_cells)


def number_shown(text: str, number_format_of_file: str) -> str:
    """Return a number of the file as its reader writes numbers; empty where the format does not read it."""
    try:
        amount = balance_from_text(number_as_read(text, number_format_of_file))
    except (NotAnAmount, DecimalException):
        return ""
    return str(number_format(amount, decimal_pos=max(SHOWN_PLACES, decimal_places(amount)), force_grouping=True))


def day_shown(text: str, date_format_of_file: str) -> str:
    """Return the same of a day, its month as a word."""
    return _day(day_as_read(text, date_format_of_file))


def _day(iso: str) -> str:
    day = iso[:10].replace("-", "")
    return str(date_format(date.fromisoformat(day), "DATE_FORMAT")) if day else ""
