"""The forms of a login, by user name or e-mail address, and of those who have no password, or not any more."""

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import User
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm
from unfold.widgets import BASE_INPUT_CLASSES

LOOKUPS = ("username", "username__iexact", "email__iexact")  # the first that finds one person decides
LONGEST_ADDRESS = 254
LOOK = {"class": " ".join(BASE_INPUT_CLASSES)}


def user_name(typed: str) -> str:
    """Return the user name of the person meant; a name that nobody has, or that several have, in lower case.

    Wrong passwords are counted by what this returns, so that another spelling evades no lock.
    """
    for lookup in LOOKUPS:
        found = User.objects.filter(**{lookup: typed}).values_list("username", flat=True)[:2]
        if len(found) == 1:
            return found[0]
    return typed.lower()


class LoginForm(AuthenticationForm):  # type: ignore[misc]  # the theme's, which has no types
    """The form of the login. `username` is the user name of the person, whatever was typed."""

    error_messages = AuthenticationForm.error_messages | {
        "invalid_login": _("This name and password do not match. The password is case-sensitive.")
    }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        name: Any = self.fields["username"]
        name.label = _("E-mail address or user name")
        name.max_length = name.widget.attrs["maxlength"] = LONGEST_ADDRESS
        name.validators = [*name.validators, MaxLengthValidator(LONGEST_ADDRESS)]  # Django's form checks no length

    def clean_username(self) -> str:
        return user_name(self.cleaned_data["username"])


class ForgottenForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=LONGEST_ADDRESS,
        widget=forms.EmailInput({"autocomplete": "email", "autofocus": True} | LOOK),
    )


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("new_password1", "new_password2"):
            self.fields[name].widget.attrs |= LOOK
        self.fields["new_password1"].widget.attrs["autofocus"] = True
