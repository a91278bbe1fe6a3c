"""A page over several accounts names those whose machine of the cluster is lost."""

from collections import defaultdict

import pytest
from django.db import connection, transaction

from config.database.base import is_distributed
from tests.factories import AccountFactory, InvoiceFactory
from tests.uploads.staff import Uploader, words

LISTS = ["receivables/invoice", "customers/customer", "uploads/upload", "uploads/fullload"]
GROUP_OF = """
SELECT groupid FROM pg_dist_placement WHERE shardid = get_shard_id_for_distribution_column('receivables_invoice', %s)
"""
NOBODY_LISTENS = 1


@pytest.fixture
def accounts(transactional_db):
    """An account on one machine, and two on another that is lost until the test ends."""
    if not is_distributed():
        pytest.skip("plain PostgreSQL is one machine")
    groups = defaultdict(list)
    for account in AccountFactory.create_batch(30):
        InvoiceFactory(account=account)
        groups[query(GROUP_OF, account.pk)[0][0]].append(account)
    there, lost = sorted(groups)[:2]
    colleague = Uploader(
        groups[there][0], groups[lost][0], may=("view_invoice", "view_customer", "view_upload", "view_fullload")
    )
    colleague.browser.raise_request_exception = False
    [(port,)] = query("SELECT nodeport FROM pg_dist_node WHERE groupid = %s", lost)
    set_port(lost, NOBODY_LISTENS)
    yield colleague.browser, groups[there][0], *groups[lost][:2]
    set_port(lost, port)


def set_port(group, port):
    """As the coordinator of the test's database alone knows it; other connections may be open, so this begins anew."""
    with transaction.atomic():
        query("UPDATE pg_dist_node SET nodeport = %s WHERE groupid = %s RETURNING 1", port, group)
    connection.close()


def query(text, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)
        return cursor.fetchall()


@pytest.mark.parametrize("address", ["", *LISTS])
def test_a_page_names_the_lost_accounts_that_its_reader_may_see(accounts, address):
    browser, there, lost, of_others = accounts
    page = browser.get(f"/admin/{address}", follow=True)
    assert (page.status_code, page["Retry-After"]) == (503, "30")
    assert [account.name in words(page) for account in (lost, there, of_others)] == [True, False, False]


@pytest.mark.parametrize("address", LISTS)
def test_the_lists_of_other_accounts_work(accounts, address):
    browser, there, _lost, _of_others = accounts
    assert browser.get(f"/admin/{address}/?account__id__exact={there.pk}").status_code == 200
