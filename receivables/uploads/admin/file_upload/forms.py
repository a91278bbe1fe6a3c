"""The forms of the upload page: the file, and its columns."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminSelectWidget

from apiauth.models import Account, Handling
from receivables.uploads.admin.labels import RESOURCES
from receivables.uploads.admin.translated import refusal_text
from receivables.uploads.file_upload.mapping import missing_fields
from receivables.uploads.files.file_types import BY_EXTENSION, DetectedFile, detect_file
from receivables.uploads.files.messages import TOO_LARGE, FileRefused
from receivables.uploads.files.tables import AS_EXTRA, IGNORED, field_names

HANDLINGS = [
    (Handling.STRICT, _("Refuse the whole file")),
    (Handling.LENIENT, _("Accept the good rows")),
]


def too_large() -> str:
    return gettext(TOO_LARGE.text) % {"megabytes": f"{settings.UPLOAD_MAX_BYTES // 1024**2:,}"}


class FileForm(forms.Form):
    account = forms.ModelChoiceField(Account.objects.none(), label=_("Account"), widget=UnfoldAdminSelectWidget)
    resource = forms.ChoiceField(
        label=_("Content of the file"), choices=list(RESOURCES.items()), widget=UnfoldAdminSelectWidget
    )
    handling = forms.ChoiceField(label=_("If a row is bad"), choices=HANDLINGS, widget=UnfoldAdminRadioSelectWidget)
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
        choices = self._choices(set(header))
        for key, name in self.names.items():
            self.fields[key] = forms.ChoiceField(
                label=name, choices=choices, initial=proposed[name], widget=UnfoldAdminSelectWidget
            )

    def _choices(self, assigned: set[str]) -> list[Any]:
        free = [(name, name) for name in field_names(self.resource) if name not in assigned]
        return [
            (_("Field of the contract"), free),
            (_("No field"), [(AS_EXTRA, _("Store as an extra field, under its own name")), (IGNORED, _("Leave out"))]),
        ]

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
