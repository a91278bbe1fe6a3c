"""When cached figures are current, and who refreshes them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from apiauth.models import Account
from config.database.base import is_distributed
from receivables.figures.caching import cache_statuses, refresh_figures
from receivables.models import Invoice
from receivables.models.account_figures import AccountFigures
from tests.cluster import is_waiting
from tests.factories import CustomerFactory, InvoiceFactory
from tests.http.servers import wait_until


def status(account):
    [only] = cache_statuses(Account.objects.filter(pk=account.pk))
    return only


def cached_total(account):
    return [position.total for position in status(account).figures.positions]


@pytest.fixture
def cached(account):
    """An account with an invoice of 100, whose cached figures took a second."""
    InvoiceFactory(account=account)
    refresh_figures([status(account)], seconds=60)
    AccountFigures.objects.update(seconds=1)
    return account


def grow_old(**age):
    AccountFigures.objects.update(computed_at=timezone.now() - timedelta(**age))


def test_an_account_without_figures_is_due_at_once(account):
    assert (status(account).figures, status(account).is_due) == (None, True)


def test_figures_stay_current_while_no_row_changes(cached):
    grow_old(hours=5)
    assert (status(cached).is_current, status(cached).is_due) == (True, False)


@pytest.mark.parametrize("factory", [InvoiceFactory, CustomerFactory])
def test_a_new_row_makes_figures_outdated(cached, factory):
    factory(account=cached)
    assert not status(cached).is_current


def test_a_changed_row_makes_figures_outdated(cached):
    Invoice.objects.update(updated_at=timezone.now())
    assert not status(cached).is_current


def test_figures_of_an_earlier_release_whose_movements_had_other_kinds_are_made_again(cached):
    figures = AccountFigures.objects.get()
    del figures.figures["since"]
    figures.figures["movements"] = [{"currency": "", "kind": "paid_down", "items": 1, "amount": "-5"}]
    figures.save()
    assert (status(cached).figures, status(cached).is_due) == (None, True)
    refresh_figures([status(cached)], seconds=60)
    assert [movement.kind for movement in status(cached).figures.movements] == ["new"]


def test_rows_of_other_accounts_leave_figures_current(cached):
    InvoiceFactory()
    assert status(cached).is_current


def test_figures_of_yesterday_are_due_at_once(cached):
    AccountFigures.objects.update(as_of=timezone.now().date() - timedelta(days=1))
    assert status(cached).is_due


def test_figures_of_nothing_are_due_once_something_came(account):
    refresh_figures([status(account)], seconds=60)
    InvoiceFactory(account=account)
    assert status(account).is_due


def test_figures_that_took_a_second_are_refreshed_after_a_minute(cached):
    InvoiceFactory(account=cached)
    grow_old(seconds=55)
    refresh_figures([status(cached)], seconds=60)
    assert cached_total(cached) == [100]
    grow_old(seconds=61)
    refresh_figures([status(cached)], seconds=60)
    assert cached_total(cached) == [200]


def test_figures_that_took_a_moment_are_refreshed_after_a_hundred(cached):
    AccountFigures.objects.update(seconds=0.02)
    InvoiceFactory(account=cached)
    grow_old(seconds=2.5)
    refresh_figures([status(cached)], seconds=60)
    assert cached_total(cached) == [200]


def test_figures_that_took_long_are_refreshed_after_ten_times_as_long(cached):
    AccountFigures.objects.update(seconds=20)
    InvoiceFactory(account=cached)
    grow_old(seconds=190)
    assert not status(cached).is_due
    grow_old(seconds=201)
    assert status(cached).is_due


def test_figures_of_an_earlier_release_count_as_none(cached):
    AccountFigures.objects.update(figures={"positions": "of another kind"})
    assert (status(cached).figures, status(cached).is_due) == (None, True)


def test_figures_without_time_to_make_them_stay_due(account):
    refresh_figures([status(account)], seconds=0)
    assert status(account).is_due


def test_two_queries_give_the_status_of_all_accounts(cached, django_assert_num_queries):
    for _ in range(5):
        InvoiceFactory()
    with django_assert_num_queries(2):
        assert len(cache_statuses(Account.objects.all())) == 6


@pytest.mark.django_db(transaction=True)
def test_figures_under_way_elsewhere_are_not_made_twice(cached):
    AccountFigures.objects.all().delete()
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"figures:{cached.pk}"])
        refresh_figures([status(cached)], seconds=60)
        assert status(cached).figures is None
        cursor.execute("SELECT pg_advisory_unlock_all()")
    other.close()
    refresh_figures([status(cached)], seconds=60)
    assert cached_total(cached) == [100]


@pytest.mark.django_db(transaction=True)
def test_figures_too_slow_to_make_stay_as_they_were(cached):
    InvoiceFactory(account=cached)
    grow_old(minutes=2)
    due = status(cached)
    blocker = connections.create_connection("default")
    blocker.set_autocommit(False)
    with blocker.cursor() as cursor:
        cursor.execute("LOCK TABLE customers_customer")
        refresh_figures([due], seconds=0.3)
    blocker.rollback()
    blocker.close()
    assert cached_total(cached) == [100]


def refresh_in_thread(due):
    refresh_figures([due], seconds=60)
    connections.close_all()


@contextmanager
def refresh_blocked_by(account, lock) -> Iterator[None]:
    """Have a refresh wait for a lock of this transaction, which is committed at the end."""
    due = status(account)
    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            lock()
            refresh = thread.submit(refresh_in_thread, due)
            wait_until(is_waiting)
            yield
        refresh.result()


def lock_customers():
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE customers_customer")


@pytest.mark.django_db(transaction=True)
def test_figures_that_rows_are_stored_beside_are_of_one_moment(cached):
    """Each of a cluster's queries sees what is there when it begins: rows that came before the first are in all."""
    InvoiceFactory(account=cached)
    grow_old(minutes=2)
    with refresh_blocked_by(cached, lock_customers):
        InvoiceFactory(account=cached)
    of_one_moment = ([300], True) if is_distributed() else ([200], False)
    assert (cached_total(cached), status(cached).is_current) == of_one_moment


@pytest.mark.django_db(transaction=True)
def test_figures_stored_meanwhile_by_another_process_stay(cached):
    InvoiceFactory(account=cached)
    grow_old(minutes=2)
    with refresh_blocked_by(cached, lambda: AccountFigures.objects.update(seconds=2)):
        pass
    assert cached_total(cached) == [100]
