"""How often a link was requested: nobody floods the queue, and nobody's mailbox."""

from datetime import timedelta
from typing import Any, Self

from django.db import connection, models
from django.utils import timezone

WINDOW = timedelta(minutes=15)
MOST = {"address": 20, "person": 3}

COUNT = """
    INSERT INTO apiauth_linkrequests AS stored (counted, count, since) VALUES (%(counted)s, 1, statement_timestamp())
    ON CONFLICT (counted) DO UPDATE SET
        count = CASE WHEN stored.since > excluded.since - %(window)s THEN stored.count + 1 ELSE 1 END,
        since = CASE WHEN stored.since > excluded.since - %(window)s THEN stored.since ELSE excluded.since END
    RETURNING count
"""


class LinkRequestsQuerySet(models.QuerySet["LinkRequests"]):
    def ended(self) -> Self:
        """Rows that count no more."""
        return self.filter(since__lt=timezone.now() - WINDOW)


class LinkRequests(models.Model):
    """How many links were requested since a moment: from an address, or for a person."""

    counted = models.CharField(max_length=64, primary_key=True, help_text="As address 192.0.2.1, or person 7.")
    count = models.PositiveIntegerField()
    since = models.DateTimeField(help_text="The database's clock at the first request of the window.")

    objects = LinkRequestsQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.count} links for {self.counted}"


def is_within_limit(kind: str, whose: str | int | None) -> bool:
    """Count a link that an `address` requested, or one for a `person`; return whether it may be mailed."""
    with connection.cursor() as cursor:
        parameters: dict[str, Any] = {"counted": f"{kind} {whose}", "window": WINDOW}
        cursor.execute(COUNT, parameters)
        [count] = cursor.fetchone()
    return int(count) <= MOST[kind]
