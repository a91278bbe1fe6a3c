"""Moments as PostgreSQL reads them."""

from datetime import UTC, datetime


def in_utc(moment: datetime) -> datetime:
    """Return the moment in UTC: of offsets PostgreSQL reads none from 16 hours on, and no fraction of a second.

    At either end of the calendar, where no row is and UTC may have no such day, the offset does not count.
    """
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)
