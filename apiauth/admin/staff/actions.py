"""The actions on a person besides the form: a new link, the end of their access. All of them are logged."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.enums import ActionVariant

from apiauth.admin.staff.access import ForSuperusers
from apiauth.login.links import mail_invitation, new_link, page_of_links
from apiauth.models import Account
from config.admin.pages import admin_page, secret_page
from config.database.base import lock

logger = logging.getLogger(__name__)


class PersonActions(ForSuperusers):
    actions_detail = ["send_link", "deactivate", "activate"]

    def possible_actions(self, request: HttpRequest, row: User) -> list[str]:
        """Nobody ends their own access."""
        if not row.is_active:
            return ["activate"]
        link = ["send_link"] if row.is_staff else []
        return link if row.pk == request.user.pk else [*link, "deactivate"]

    @action(description=gettext_lazy("New link…"), url_path="link", permissions=["change"], icon="link")
    def send_link(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._confirm(request, object_id, "send_link")

    @action(
        description=gettext_lazy("Deactivate…"),
        url_path="deactivate",
        permissions=["change"],
        icon="block",
        variant=ActionVariant.DANGER,
    )
    def deactivate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._confirm(request, object_id, "deactivate")

    @action(description=gettext_lazy("Activate…"), url_path="activate", permissions=["change"], icon="check_circle")
    def activate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._confirm(request, object_id, "activate")

    def _confirm(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Ask before an action; refuse what the state of the person does not allow any more."""
        person = self.existing(request, object_id)
        if request.method == "POST":
            with one_at_a_time(request):
                return self._done(request, person, name)
        if name not in self.possible_actions(request, person):
            return _cannot_be_done(request, person)
        back = reverse("admin:auth_user_change", args=[person.pk])
        context = {"opts": self.opts, "action": name, "person": person, "back": back}
        return admin_page(request, "admin/auth/user/confirm.html", TITLES[name], **context)

    def _done(self, request: HttpRequest, person: User, name: str) -> HttpResponse:
        person.refresh_from_db()
        if name not in self.possible_actions(request, person):
            return _cannot_be_done(request, person)
        if name == "deactivate":
            return self._deactivated(request, person)
        if name == "activate":
            person.is_active = True
            person.save(update_fields=["is_active"])
            self.log_change(request, person, _("Activated."))
        return self.show_link(request, person)

    def _deactivated(self, request: HttpRequest, person: User) -> HttpResponse:
        """Forget the password, too: with it the sessions end that it began, and the links that it is part of."""
        person.is_active = False
        person.set_unusable_password()
        person.save(update_fields=["is_active", "password"])
        self.log_change(request, person, _("Deactivated."))
        messages.success(request, _("Deactivated: sessions and links have ended."))
        return redirect("admin:auth_user_change", person.pk)

    def show_link(self, request: HttpRequest, person: User, *, is_new: bool = False) -> HttpResponse:
        """Make a link and show it in the one answer that ever holds it; mail it, where mail is set up."""
        link = new_link(page_of_links(request), person)
        if not is_new:
            self.log_change(request, person, _("Created a link to set a password."))
        context = {
            "opts": self.opts,
            "person": person,
            "its_page": reverse("admin:auth_user_change", args=[person.pk]),
            "link": link,
            "is_new": is_new,
            "sees_nothing": is_new and not person.is_superuser and not Account.objects.visible_to(person).exists(),
            "has_mail": settings.HAS_MAIL,
            "is_mailed": settings.HAS_MAIL and bool(person.email) and _is_mailed(person, link, request.user),
            "days": settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60),
        }
        return secret_page(request, "admin/auth/user/link.html", _("A link to set a password"), **context)


TITLES = {
    "send_link": gettext_lazy("Create a new link?"),
    "deactivate": gettext_lazy("Deactivate this person?"),
    "activate": gettext_lazy("Activate this person?"),
}


def _cannot_be_done(request: HttpRequest, person: User) -> HttpResponse:
    messages.warning(request, _("This is not possible for this person, or it was already done."))
    return redirect("admin:auth_user_change", person.pk)


def _is_mailed(person: User, link: str, invited_by: Any) -> bool:
    """Mail the link; whoever made it sees whether that worked, and passes it on by other means if not."""
    try:
        mail_invitation(person, link, invited_by)
    except (OSError, ValueError) as error:  # of SMTP, or of an address that no mail can have
        logger.warning("no invitation was mailed to person %s: %s", person.pk, type(error).__name__)
        return False
    return True


@contextmanager
def one_at_a_time(request: HttpRequest) -> Iterator[None]:
    """Let nobody else save a person meanwhile: no constraint prevents two people with one e-mail address.

    Raises PermissionDenied for a person who is no superuser any more: of two superusers who take each other's rights
    away, one is left.
    """
    with transaction.atomic():
        if request.method == "POST":
            lock("apiauth.staff")
            if not User.objects.filter(pk=request.user.pk or 0, is_active=True, is_superuser=True).exists():
                raise PermissionDenied
        yield


def added_before(model_admin: Any, request: HttpRequest) -> HttpResponse | None:
    """Answer a form that was sent before: a person of these names and this address was added, and is not in yet."""
    names = {name: request.POST.get(name, "").strip() for name in ("email", "first_name", "last_name")}
    if not names["email"] or "\0" in "".join(names.values()) or not model_admin.has_add_permission(request):
        return None
    email = names.pop("email")
    person = User.objects.filter(**names, email__iexact=email, last_login=None, is_active=True).first()
    if person is None or person.has_usable_password():
        return None
    sentence = _("This person was already added and the link was shown. If you missed the link, create a new one.")
    messages.warning(request, sentence)
    return redirect("admin:auth_user_change", person.pk)
