"""Cached figures: whether they are current, and when they are refreshed.

Two look-ups at the end of an index find the newest change of an account's invoices and of its customers
(`invoices_by_change`, `customers_by_change`). Cached figures are current if they were made with these very changes, on
the same day. This is enough, for uploads of one account and resource are stored one after another, each with later
times than the one before: no row ever comes in behind the newest. What is deleted by hand stays in the figures until
the next change.

While rows come in all day, figures are refreshed after a hundred times as long as they took, or after a minute: those
that take a moment are as good as always current. Those that take many seconds never cost more than a tenth of the
server's work.
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
from django.db.models import QuerySet, Subquery
from django.utils import timezone
from psycopg.errors import QueryCanceled, SerializationFailure

from apiauth.models import LISTED, Account, outer_account
from config.database.base import try_lock
from customers.models import Customer
from receivables.figures.computing import computed, refresh_balances
from receivables.figures.sums import Figures
from receivables.models import Invoice, today
from receivables.models.account_figures import AccountFigures

PAUSE_SECONDS = 60
QUICK_SECONDS = 0.5
# Sums of each of a hundred thousand customers fit into it; a disk is slow.
MEMORY = "64MB"


@dataclass(frozen=True)
class CacheStatus:
    """The cached figures of an account, and whether rows have changed since."""

    account: Account
    cached: AccountFigures | None
    figures: Figures | None
    is_current: bool

    @property
    def due_at(self) -> datetime | None:
        """When figures that are not current may be refreshed; at once if they are of no invoice or of another day."""
        if self.is_current:
            return None
        if self.cached is None or self.figures is None or self.cached.invoices_changed_at is None:
            return timezone.now()
        if self.cached.as_of != today():
            return timezone.now()
        pause = max(min(PAUSE_SECONDS, 100 * self.cached.seconds), 10 * self.cached.seconds)
        return self.cached.computed_at + timedelta(seconds=pause)

    @property
    def is_due(self) -> bool:
        return self.due_at is not None and self.due_at <= timezone.now()

    @property
    def is_quick(self) -> bool:
        """Whether a page may wait for new figures. How long they take is known once they were made."""
        return self.cached is None or self.cached.seconds < QUICK_SECONDS


def cache_statuses(accounts: QuerySet[Account]) -> list[CacheStatus]:
    """Return the status of each account, by two queries."""
    listed = list(accounts)
    account = outer_account([account.pk for account in listed])
    # From the figures, not from the accounts: on a cluster, a row leads only to rows that lie beside it.
    of_accounts: Any = AccountFigures.objects.filter(account__in=[account.pk for account in listed])
    cached = of_accounts.annotate(
        newest_invoice_at=Subquery(_changes(Invoice, account)[:1]),
        newest_customer_at=Subquery(_changes(Customer, account)[:1]),
    )
    by_account = {figures.account_id: figures for figures in cached}
    day = today()
    return [_cache_status(account, by_account.get(account.pk), day) for account in listed]


def _changes(model: Any, account: Any) -> Any:
    """Return when each of an account's rows last changed, newest first: an index begins with the newest."""
    rows = model.objects.filter(LISTED, account=account).order_by("-updated_at")
    return rows.values_list("updated_at", flat=True)


def _cache_status(account: Account, cached: Any, day: date) -> CacheStatus:
    if cached is None:
        return CacheStatus(account, None, None, is_current=False)
    try:
        figures = msgspec.convert(cached.figures, Figures)
    except msgspec.ValidationError:  # an earlier release cached others
        return CacheStatus(account, cached, None, is_current=False)
    cached_of = (cached.as_of, cached.invoices_changed_at, cached.customers_changed_at)
    is_current = cached_of == (day, cached.newest_invoice_at, cached.newest_customer_at)
    return CacheStatus(account, cached, figures, is_current)


def refresh_figures(statuses: Iterable[CacheStatus], seconds: float) -> None:
    """Refresh figures that are due, for as long as there is time; the rest stay due.

    Raises nothing where time is up within an account: its figures are too many to wait for.
    """
    end = monotonic() + seconds
    for status in statuses:
        if monotonic() >= end or not _refresh(status.account.pk, end):
            return


def _refresh(account_id: int, end: float) -> bool:
    """Refresh an account's figures, unless another process does so or has done so. Return whether there was time."""
    try:
        with _snapshot(), connection.execute_wrapper(partial(_execute_until, end)):
            if try_lock(f"figures:{account_id}"):
                status = cache_statuses(Account.objects.filter(pk=account_id))[0]
                if status.is_due:
                    _store(status.account)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            return False
        # Another process stored these figures between the snapshot and the lock.
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


def _store(account: Account) -> None:
    day, started = today(), monotonic()
    # First: on a cluster, queries do not see the rows of one moment. Figures with later rows in them are found to be no
    # longer current, and made again.
    changes = [_changes(model, account.pk).first() for model in (Invoice, Customer)]
    figures = computed(account.pk, day)
    refresh_balances(account.pk, day)
    AccountFigures.objects.update_or_create(
        account=account,
        defaults={
            "as_of": day,
            "invoices_changed_at": changes[0],
            "customers_changed_at": changes[1],
            "computed_at": timezone.now(),
            "seconds": monotonic() - started,
            "figures": msgspec.to_builtins(figures),
        },
    )
