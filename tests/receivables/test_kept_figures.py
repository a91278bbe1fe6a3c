"""When figures that are kept still hold, and who makes them anew."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from apiauth.models import Account
from receivables.figures.keeping import make_anew, standings
from receivables.models import Invoice
from receivables.models.account_figures import AccountFigures
from tests.factories import CustomerFactory, InvoiceFactory
from tests.http.servers import wait_until


def standing(account):
    [found] = standings(Account.objects.filter(pk=account.pk))
    return found


def kept_total(account):
    return [position.total for position in standing(account).figures.positions]


@pytest.fixture
def kept(account):
    """An account with an invoice of 100, whose figures are kept and took a second."""
    InvoiceFactory(account=account)
    make_anew([standing(account)], seconds=60)
    AccountFigures.objects.update(seconds=1)
    return account


def grow_old(**age):
    AccountFigures.objects.update(computed_at=timezone.now() - timedelta(**age))


def test_an_account_without_figures_is_due_at_once(account):
    assert (standing(account).figures, standing(account).is_due) == (None, True)


def test_figures_hold_while_no_row_changes(kept):
    grow_old(hours=5)
    assert (standing(kept).is_current, standing(kept).is_due) == (True, False)


@pytest.mark.parametrize("factory", [InvoiceFactory, CustomerFactory])
def test_figures_no_longer_hold_once_a_row_came(kept, factory):
    factory(account=kept)
    assert not standing(kept).is_current


def test_figures_no_longer_hold_once_a_row_changed(kept):
    Invoice.objects.update(updated_at=timezone.now())
    assert not standing(kept).is_current


def test_rows_of_other_accounts_leave_figures_as_they_are(kept):
    InvoiceFactory()
    assert standing(kept).is_current


def test_figures_of_yesterday_are_due_at_once(kept):
    AccountFigures.objects.update(as_of=timezone.now().date() - timedelta(days=1))
    assert standing(kept).is_due


def test_figures_of_nothing_are_due_once_something_came(account):
    make_anew([standing(account)], seconds=60)
    InvoiceFactory(account=account)
    assert standing(account).is_due


def test_figures_that_took_a_second_are_made_anew_after_a_minute_and_no_sooner(kept):
    InvoiceFactory(account=kept)
    grow_old(seconds=55)
    make_anew([standing(kept)], seconds=60)
    assert kept_total(kept) == [100]
    grow_old(seconds=61)
    make_anew([standing(kept)], seconds=60)
    assert kept_total(kept) == [200]


def test_figures_that_took_a_moment_are_made_anew_after_a_hundred_moments(kept):
    AccountFigures.objects.update(seconds=0.02)
    InvoiceFactory(account=kept)
    grow_old(seconds=2.5)
    make_anew([standing(kept)], seconds=60)
    assert kept_total(kept) == [200]


def test_figures_that_took_long_are_made_anew_after_ten_times_as_long(kept):
    AccountFigures.objects.update(seconds=20)
    InvoiceFactory(account=kept)
    grow_old(seconds=190)
    assert not standing(kept).is_due
    grow_old(seconds=201)
    assert standing(kept).is_due


def test_figures_that_an_earlier_release_kept_are_none(kept):
    AccountFigures.objects.update(figures={"positions": "of another kind"})
    assert (standing(kept).figures, standing(kept).is_due) == (None, True)


def test_what_there_is_no_time_for_stays_due(account):
    make_anew([standing(account)], seconds=0)
    assert standing(account).is_due


def test_accounts_stand_told_by_one_query_however_many_there_are(kept, django_assert_num_queries):
    for _ in range(5):
        InvoiceFactory()
    with django_assert_num_queries(1):
        assert len(standings(Account.objects.all())) == 6


@pytest.mark.django_db(transaction=True)
def test_figures_that_somebody_else_makes_are_not_made_twice(kept):
    AccountFigures.objects.all().delete()
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"figures:{kept.pk}"])
        make_anew([standing(kept)], seconds=60)
        assert standing(kept).figures is None
        cursor.execute("SELECT pg_advisory_unlock_all()")
    other.close()
    make_anew([standing(kept)], seconds=60)
    assert kept_total(kept) == [100]


@pytest.mark.django_db(transaction=True)
def test_figures_that_cannot_be_made_in_time_are_given_up_and_stay_as_they_were(kept):
    InvoiceFactory(account=kept)
    grow_old(minutes=2)
    due = standing(kept)
    blocker = connections.create_connection("default")
    blocker.set_autocommit(False)
    with blocker.cursor() as cursor:
        cursor.execute("LOCK TABLE customers_customer")
        make_anew([due], seconds=0.3)
    blocker.rollback()
    blocker.close()
    assert kept_total(kept) == [100]


def make_in_a_thread(due):
    make_anew([due], seconds=60)
    connections.close_all()


def is_anyone_waiting():
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return cursor.fetchone()[0]


@contextmanager
def held_up_by(account, lock) -> Iterator[None]:
    """Let figures wait for a lock of this transaction, which is committed at the end."""
    due = standing(account)
    with ThreadPoolExecutor(1) as maker:
        with transaction.atomic():
            lock()
            made = maker.submit(make_in_a_thread, due)
            wait_until(is_anyone_waiting)
            yield
        made.result()


def lock_customers():
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE customers_customer")


@pytest.mark.django_db(transaction=True)
def test_rows_that_come_while_figures_are_made_are_in_none_of_them(kept):
    InvoiceFactory(account=kept)
    grow_old(minutes=2)
    with held_up_by(kept, lock_customers):
        InvoiceFactory(account=kept)
    assert (kept_total(kept), standing(kept).is_current) == ([200], False)


@pytest.mark.django_db(transaction=True)
def test_figures_that_somebody_else_stored_meanwhile_stay_as_they_are(kept):
    InvoiceFactory(account=kept)
    grow_old(minutes=2)
    with held_up_by(kept, lambda: AccountFigures.objects.update(seconds=2)):
        pass
    assert kept_total(kept) == [100]
