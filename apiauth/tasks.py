"""What workers clear away, for nobody else would: sessions that have ended, and wrong passwords that count no more."""

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from procrastinate.contrib.django import app


@app.periodic(cron="17 * * * *")
@app.task(name="clear_ended_logins", queueing_lock="clear_ended_logins")
def clear_ended_logins(timestamp: int) -> None:
    SessionStore.clear_expired()
    AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - settings.AXES_COOLOFF_TIME).delete()
