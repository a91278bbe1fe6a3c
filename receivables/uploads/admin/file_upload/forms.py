"""The forms of the upload page: the file, its columns, and the formats of its numbers and dates."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminSelectWidget

from apiauth.models import Account, Handling
from receivables.uploads.admin.file_upload.questions import Question, questions_of
from receivables.uploads.admin.texts import RESOURCES, refusal_text
from receivables.uploads.file_upload.drafts import missing_fields
from receivables.uploads.files.file_types import BY_EXTENSION, DetectedFile, detect_file
from receivables.uploads.files.messages import TOO_LARGE, FileRefused
from receivables.uploads.files.survey import Survey
from receivables.uploads.files.tables import AS_EXTRA, IGNORED, field_names
from receivables.uploads.resources import Resource

NAMES = ("numbers", "dates", "day_cells")  # of the questions about formats
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


class FormatForm(forms.Form):
    """The answers to a survey's questions; a format that is settled can be changed."""

    def __init__(self, survey: Survey, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.questions = list(questions_of(survey))
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
