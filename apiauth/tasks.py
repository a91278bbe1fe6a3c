"""What workers do: mail links, and clear away what nobody else would: sessions that have ended, wrong passwords and
requests for links that count no more.
"""

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone, translation
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from apiauth.login.links import mail_link
from apiauth.models import link_requests

SOON = 10  # before uploads that wait: somebody looks into their mailbox
NOBODY = 0


@app.periodic(cron="17 * * * *")
@app.task(name="clear_ended_logins", queueing_lock="clear_ended_logins")
def clear_ended_logins(timestamp: int) -> None:
    SessionStore.clear_expired()
    AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - settings.AXES_COOLOFF_TIME).delete()
    link_requests.LinkRequests.objects.ended().delete()


@app.task(name="mail_password_link", priority=SOON, retry=RetryStrategy(max_attempts=5, wait=5, exponential_wait=3))
def mail_password_link(person: int, page: str, language: str) -> None:
    """Mail a link to a person, or to NOBODY; whoever requested it sees no difference by the time it takes."""
    found = User.objects.filter(pk=person, is_active=True, is_staff=True).first()
    if found:
        with translation.override(language):
            mail_link(found, page)
