"""What a superuser fills in to add a person, and to change one."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.contrib.auth.forms import UsernameField
from django.contrib.auth.models import Group, User
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget

from apiauth.admin.staff.access import NO_ROLE, ROLES, role_of
from apiauth.models import Account

LONGEST_USER_NAME = 150
MEMBERSHIP: Any = Account.members.through._meta.get_field("account")  # by which the field is searched


class PersonForm(forms.ModelForm):
    role = forms.ChoiceField(widget=UnfoldAdminRadioSelectWidget, label=_("Role"))
    accounts = forms.ModelMultipleChoiceField(
        Account.objects,
        required=False,
        widget=AutocompleteSelectMultiple(MEMBERSHIP, admin.site),
        label=_("Accounts"),
        help_text=_(
            "The person sees the invoices, customers and uploads of these accounts. Superusers see every account."
        ),
    )

    class Meta:
        model = User
        field_classes = {"username": UsernameField}
        labels = {
            "first_name": _("First name"),
            "last_name": _("Last name"),
            "email": _("E-mail address"),
            "username": _("User name"),
            "is_staff": _("May log in to these pages"),
            "is_superuser": _("Superuser"),
            "groups": _("Further groups"),
            "user_permissions": _("Single permissions"),
        }
        fields = list(labels)
        help_texts = {
            "email": _(
                "The person logs in with this address and gets links to set a password there. No other person may "
                "have it."
            ),
            "username": _("The person can also log in with this name. It is shown next to their notes."),
            "is_staff": "",
            "is_superuser": _("Sees every account, may do everything and can add staff."),
            "groups": _("In addition to the role."),
            "user_permissions": _("In addition to the role and groups."),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        role, roles = role_of(self.instance), list(ROLES.items())
        self.fields["role"].choices = roles if role else [*roles, NO_ROLE]  # type: ignore[attr-defined]
        self.fields["role"].required = bool(role)
        self.fields["email"].required = not self.instance.pk or bool(self.instance.email)  # not all have one
        self.initial["role"] = role
        if self.instance.pk:
            self.initial["accounts"] = self.instance.accounts.all()
        if groups := self.fields.get("groups"):
            groups.queryset = groups.queryset.exclude(name__in=ROLES)  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if len(email) > LONGEST_USER_NAME:
            raise forms.ValidationError(
                _("Use an address of at most %(most)d characters.") % {"most": LONGEST_USER_NAME}
            )
        if "email" in self.changed_data and (other := self._other(email)) is not None:
            message = _("%(person)s already has this address.")
            raise forms.ValidationError(message, params={"person": display_name(other)})
        return email

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        if "username" in self.changed_data and (other := self._other(name)) is not None:
            message = _("%(person)s already logs in with this name.")
            raise forms.ValidationError(message, params={"person": display_name(other)})
        return name

    def _other(self, name: str) -> User | None:
        """Return somebody else who logs in with this user name or address, in capitals or not."""
        others = User.objects.exclude(pk=self.instance.pk)
        return others.filter(username__iexact=name).first() or others.filter(email__iexact=name).first()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        has_one = not self.instance.pk or self.instance.get_full_name()
        if has_one and not cleaned.get("first_name") and not cleaned.get("last_name"):
            self.add_error("last_name", _("Enter a first name or a last name. Colleagues see it."))
        return cleaned

    def _save_m2m(self) -> None:
        """Save the role as what it is: one group among the others."""
        super()._save_m2m()  # type: ignore[misc]
        person: Any = self.instance
        further = person.groups.exclude(name__in=ROLES)
        person.groups.set([*further, *Group.objects.filter(name=self.cleaned_data["role"])])
        person.accounts.set(self.cleaned_data["accounts"])


class NewPersonForm(PersonForm):
    """Who is new has no password: they set it by a link."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = list(ROLES.items())  # type: ignore[attr-defined]
        self.fields["role"].required = True
        self.fields["username"].required = False
        self.fields["username"].help_text = _("If you leave it empty, the e-mail address is used.")
        self.initial.setdefault("is_staff", True)
        if len(only := list(Account.objects.all()[:2])) == 1:
            self.initial.setdefault("accounts", only)

    def clean_username(self) -> str:
        return super().clean_username() if self.cleaned_data["username"] else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "email" in cleaned and cleaned.get("username") == "":
            cleaned["username"] = re.sub(r"[^\w.@+-]", "-", cleaned["email"].lower())  # what user names consist of
            if self._other(cleaned["username"]) is not None:
                self.add_error(
                    "username", _("The user name made from the address already exists. Enter another one here.")
                )
        return cleaned

    def save(self, commit: bool = True) -> Any:
        self.instance.set_unusable_password()
        return super().save(commit)


def display_name(person: User) -> str:
    return person.get_full_name() or person.get_username()
