"""Figures that are kept, and when they are made anew.

Whether kept figures still hold is told by two look-ups at the end of an index, of the newest change of an account's
invoices and of its customers (`invoices_by_change`, `customers_by_change`). They hold if these are the very changes
that the figures were made with, and the day is the same: uploads of one account and resource are stored one after
another, each with younger times than the one before, so that no row can come to stand behind the newest unseen. What
is deleted by hand stays in them until the next change.

While rows come in all day, figures are made anew after a hundred times as long as they took, or after a minute: what
takes a moment is as good as always new. What takes many seconds is never more than a tenth of the server's work.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any

import msgspec
from django.db import OperationalError, connection, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from psycopg.errors import QueryCanceled, SerializationFailure

from apiauth.models import Account
from config.database.locks import try_lock
from customers.models import Customer
from receivables.figures.balances import keep_balances
from receivables.figures.computing import computed
from receivables.figures.sums import Figures
from receivables.models import Invoice, today
from receivables.models.account_figures import AccountFigures

PAUSE_SECONDS = 60
QUICK_SECONDS = 0.5
# Sums of each of a hundred thousand customers fit into it; a disk is slow.
MEMORY = "64MB"


@dataclass(frozen=True)
class Standing:
    """What is kept of an account, and whether rows have changed since."""

    account: Account
    kept: AccountFigures | None
    figures: Figures | None
    is_current: bool

    @property
    def due_at(self) -> datetime | None:
        """When the figures may be made anew, if they no longer hold: those of nothing, or of another day, at once."""
        if self.is_current:
            return None
        if self.kept is None or self.figures is None or self.kept.invoices_changed_at is None:
            return timezone.now()
        if self.kept.as_of != today():
            return timezone.now()
        pause = max(min(PAUSE_SECONDS, 100 * self.kept.seconds), 10 * self.kept.seconds)
        return self.kept.computed_at + timedelta(seconds=pause)

    @property
    def is_due(self) -> bool:
        return self.due_at is not None and self.due_at <= timezone.now()

    @property
    def is_quick(self) -> bool:
        """Whether a page need not be shown without new figures first; nobody knows before they were made once."""
        return self.kept is None or self.kept.seconds < QUICK_SECONDS


def standings(accounts: QuerySet[Account]) -> list[Standing]:
    """Return how the accounts stand, by one query."""
    found: Any = accounts.select_related("figures").annotate(
        invoices_changed_at=_newest_change(Invoice), customers_changed_at=_newest_change(Customer)
    )
    day = today()
    return [_standing(account, day) for account in found]


def _newest_change(model: Any) -> Subquery:
    """SQL for the newest change of an account's rows. Every id is above zero: that leads to the index of changes."""
    rows = model.objects.filter(account=OuterRef("pk"), account__gt=0).order_by("-updated_at")
    return Subquery(rows.values("updated_at")[:1])


def _standing(account: Any, day: date) -> Standing:
    kept: AccountFigures | None = getattr(account, "figures", None)
    figures = _read(kept) if kept else None
    is_current = (
        kept is not None
        and figures is not None
        and kept.as_of == day
        and kept.invoices_changed_at == account.invoices_changed_at
        and kept.customers_changed_at == account.customers_changed_at
    )
    return Standing(account, kept, figures, is_current)


def _read(kept: AccountFigures) -> Figures | None:
    """Return kept figures, unless an earlier release kept others."""
    try:
        return msgspec.convert(kept.figures, Figures)
    except msgspec.ValidationError:
        return None


def make_anew(standings: Iterable[Standing], seconds: float) -> None:
    """Make figures that are due, for as long as there is time; what is left stays due.

    Raises nothing where time is up within an account: its figures are too many to wait for.
    """
    end = monotonic() + seconds
    for standing in standings:
        if monotonic() >= end or not _made(standing.account.pk, end):
            return


def _made(account_id: int, end: float) -> bool:
    """Make an account's figures, unless somebody else is at it or has done it. Return whether there was time."""
    try:
        with _snapshot(), connection.execute_wrapper(partial(_execute_until, end)):
            if try_lock(f"figures:{account_id}"):
                standing = standings(Account.objects.filter(pk=account_id))[0]
                if standing.is_due:
                    _keep(standing.account)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            return False
        # Somebody else stored these figures between the snapshot and the lock.
        if not isinstance(error.__cause__, SerializationFailure):
            raise
    return True


@contextmanager
def _snapshot() -> Iterator[None]:
    """Open a transaction whose queries all see the rows of one moment. Within another transaction they do so only if
    that one is REPEATABLE READ.
    """
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            if is_outermost:
                cursor.execute("SET LOCAL transaction_isolation = 'repeatable read'")
            cursor.execute(f"SET LOCAL work_mem = '{MEMORY}'")
        yield


def _execute_until(end: float, execute: Any, *query: Any) -> Any:
    """Execute a query; one that still runs at `end`, of the monotonic clock, is cancelled."""
    milliseconds = max(1, int((end - monotonic()) * 1000))
    with connection.wrap_database_errors:
        connection.connection.execute(f"SET LOCAL statement_timeout = {milliseconds}")
    return execute(*query)


def _keep(account: Any) -> None:
    day, started = today(), monotonic()
    figures = computed(account.pk, day)
    keep_balances(account.pk, day)
    AccountFigures.objects.update_or_create(
        account=account,
        defaults={
            "as_of": day,
            "invoices_changed_at": account.invoices_changed_at,
            "customers_changed_at": account.customers_changed_at,
            "computed_at": timezone.now(),
            "seconds": monotonic() - started,
            "figures": msgspec.to_builtins(figures),
        },
    )
