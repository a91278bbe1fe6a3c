"""Links by which somebody sets a password: once, within PASSWORD_RESET_TIMEOUT, and while they may log in.

They are Django's: the password itself, the last login and the e-mail address are part of what is signed, so that each
link ends with the first that is used. Whether mail can be sent at all, settings.HAS_MAIL says. Workers mail them, and
clear away what nobody else would: sessions that have ended, wrong passwords and requests for links that count no more.
"""

from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.contrib.sessions.backends.db import SessionStore
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from apiauth.models import LinkRequests
from config.http.addresses import absolute

SOON = 10  # before uploads that wait: somebody looks into their mailbox
NOBODY = 0


def page_of_links(request: HttpRequest) -> str:
    """Return the address of the page that links lead to."""
    return absolute(request, reverse("set_password"))


def link(page: str, person: User) -> str:
    """Return a link. Its secret follows a #, which browsers keep to themselves: no log has it, and no Referer."""
    return f"{page}#{number_of(person)}.{default_token_generator.make_token(person)}"


@transaction.atomic
def new_link(page: str, person: User) -> str:
    """Return a link; of a person who has no password yet, earlier links end."""
    person = User.objects.select_for_update().get(pk=person.pk)
    if not person.has_usable_password():
        person.set_unusable_password()  # another one, and what was signed with the last is void
        person.save(update_fields=["password"])
    return link(page, person)


def number_of(person: User) -> str:
    """Return the first part of a link, which is no secret."""
    return urlsafe_base64_encode(force_bytes(person.pk))


def person_of(number: str, *, is_locked: bool = False) -> User | None:
    """Return who may log in and is meant by the first part of a link; `is_locked` locks their row."""
    people = User.objects.filter(is_active=True, is_staff=True)
    people = people.select_for_update() if is_locked else people
    try:
        return people.filter(pk=urlsafe_base64_decode(number).decode()).first()
    except (ValueError, OverflowError):
        return None


def mail_invitation(person: User, made: str, invited_by: User) -> None:
    """Mail the link that was made. Raises OSError (of SMTP, too) where the mail does not leave."""
    _send(person, _("Your access to Receivables"), "mails/invitation.txt", link=made, invited_by=invited_by)


def _send(person: User, subject: str, template: str, **context: Any) -> None:
    days = settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60)
    body = render_to_string(template, context | {"person": person, "days": days})
    EmailMessage(subject, body, to=[person.email]).send()


@app.periodic(cron="17 * * * *")
@app.task(name="clear_ended_logins", queueing_lock="clear_ended_logins")
def clear_ended_logins(timestamp: int) -> None:
    SessionStore.clear_expired()
    AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - settings.AXES_COOLOFF_TIME).delete()
    LinkRequests.objects.ended().delete()


@app.task(name="mail_password_link", priority=SOON, retry=RetryStrategy(max_attempts=5, wait=5, exponential_wait=3))
def mail_password_link(person: int, page: str, language: str) -> None:
    """Mail a link to a person, or to NOBODY; whoever requested it sees no difference by the time it takes.

    Earlier links stay, for anybody may ask.
    """
    found = User.objects.filter(pk=person, is_active=True, is_staff=True).first()
    if found:
        with translation.override(language):
            _send(found, _("A new password for Receivables"), "mails/forgotten.txt", link=link(page, found))
