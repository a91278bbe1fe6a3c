"""The forms to create, change and replace a pair."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
)

from apiauth.models import ApiKey, Scope, default_scopes
from apiauth.models.keys import new_key

FORM_LIFETIME = timedelta(hours=12)

SCOPES = [
    (Scope.READ, _("read: fetch invoices, customers, receipts and reports")),
    (Scope.UPLOAD, _("upload: send invoices and customers")),
    (Scope.CONFIRM, _("confirm: close what a withheld full load no longer has")),
]
OVERLAPS = {
    "1h": (timedelta(hours=1), _("1 hour")),
    "1d": (timedelta(days=1), _("1 day")),
    "7d": (timedelta(days=7), _("7 days")),
    "30d": (timedelta(days=30), _("30 days")),
}


def proposed_key(signed: str, user: Any) -> str | None:
    """Return the key that a form brought along, None where it is not one that we proposed to this user, or too old."""
    try:
        return _signer(user).unsign(signed, max_age=FORM_LIFETIME)
    except signing.BadSignature:
        return None


def _signer(user: Any) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"apiauth.admin.keys.forms:{user.pk}")


def _in_future(form: forms.Form | forms.ModelForm, message: Any) -> Any:
    moment = form.cleaned_data["expires_at"]
    if "expires_at" in form.changed_data and moment and moment <= timezone.now():
        raise forms.ValidationError(message)
    return moment


class ChangedKeyForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        choices=SCOPES,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        initial=default_scopes(),
        label=_("Scopes"),
        help_text=_("What requests with this pair may do. A feed that only sends does not need read."),
    )

    class Meta:
        model = ApiKey
        fields = ["account", "name", "scopes", "full_load_minutes", "expires_at"]
        labels = {
            "account": _("Account"),
            "name": _("Name"),
            "full_load_minutes": _("A full load ends after"),
            "expires_at": _("Expires"),
        }
        help_texts = {
            "account": _(
                "The pair reads and writes the invoices and customers of this account. The account cannot be "
                "changed later."
            ),
            "name": _(
                "The feed or person that uses the pair, for example: SAP nightly feed. You need to know this "
                "before you revoke it."
            ),
            "full_load_minutes": _(
                "In minutes. Leave empty if the feed sends changes. If it always sends everything that is open, its "
                "invoices that arrive together are a full load, which ends when no upload arrived for so many minutes. "
                "What is missing in it is then closed, within stricter limits than those of the account."
            ),
            "expires_at": _(
                "In UTC. Leave empty for a pair that does not expire. You are warned 14 days before, and can replace "
                "the pair without a gap."
            ),
        }

    def clean_expires_at(self) -> Any:
        return _in_future(self, _("This time is in the past. To end the pair now, revoke it."))


class NewKeyForm(ChangedKeyForm):
    """The form brings the key of the pair along, signed for its user: sent twice, it cannot make two pairs."""

    user: Any
    proposed_key = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        self.initial["proposed_key"] = _signer(self.user).sign(new_key())

    def clean_proposed_key(self) -> str:
        """Return the key. One that cannot be used is exchanged in the form that is shown again. No reason is given: the
        key may be one of another account.
        """
        key = proposed_key(self.cleaned_data["proposed_key"], self.user)
        if key and not ApiKey.objects.filter(key=key).exists():
            return key
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix("proposed_key")] = self.initial["proposed_key"]
        self.data = data
        # Shown above the form: the errors of a hidden field are not shown.
        self.add_error(None, _("This form was open for too long. Check it and save it again."))
        return ""


class ReplacementForm(forms.Form):
    overlap = forms.ChoiceField(
        choices=[(value, label) for value, (_length, label) in OVERLAPS.items()],
        initial="7d",
        widget=UnfoldAdminRadioSelectWidget,
        label=_("Both pairs work for"),
        help_text=_("Use this time to enter the new pair wherever the old one is used. Then the old one expires."),
    )
    expires_at = forms.SplitDateTimeField(
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget,
        label=_("The new pair expires"),
        help_text=_("In UTC. Leave empty for a pair that does not expire."),
    )

    def clean_expires_at(self) -> Any:
        return _in_future(self, _("This time is in the past."))

    @property
    def overlap_length(self) -> timedelta:
        return OVERLAPS[self.cleaned_data["overlap"]][0]


def same_lifetime(api_key: ApiKey) -> datetime | None:
    """Return when a successor expires that is valid for as long as this pair was meant to be; None is never."""
    if api_key.expires_at is None:
        return None
    return (timezone.now() + (api_key.expires_at - api_key.created_at)).replace(second=0, microsecond=0)
