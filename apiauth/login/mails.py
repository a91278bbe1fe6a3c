"""The mails that bring somebody a link. Whether mail can be sent at all, settings.HAS_MAIL says."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from apiauth.login.links import link


def mail_invitation(person: User, made: str, invited_by: User) -> None:
    """Mail the link that was made. Raises OSError (of SMTP, too) where the mail does not leave."""
    _send(person, _("Your access to Receivables"), "mails/invitation.txt", link=made, invited_by=invited_by)


def mail_link(person: User, page: str) -> None:
    """Mail a link to somebody who forgot the password; earlier links stay, for anybody may ask. Raises OSError, too."""
    _send(person, _("A new password for Receivables"), "mails/forgotten.txt", link=link(page, person))


def _send(person: User, subject: str, template: str, **context: Any) -> None:
    days = settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60)
    body = render_to_string(template, context | {"person": person, "days": days})
    EmailMessage(subject, body, to=[person.email]).send()
