"""One night of other padding neither doubles a ledger nor closes it."""

from receivables.models import Invoice
from tests.cases.full_loads.ledgers import ago, item, items, time_passes

PADDED = [row | {"invoiceNumber": f"000{row['invoiceNumber']}"} for row in items(100)]


def test_a_night_of_other_padding_is_refused_with_all_its_rows(stored):
    second = stored.full_load(PADDED)
    assert (second.status, second.errors) == (409, ["renumbered"])
    assert (Invoice.objects.count(), stored.closed()) == (100, set())


def test_other_padding_of_what_changed_today_is_refused_too(stored):
    time_passes(hours=5)
    stored.changes(items(100, invoiceAmount=99))
    second = stored.full_load(PADDED, extractedAt=ago(minutes=1))
    assert (second.status, second.errors) == (409, ["renumbered"])


def test_one_item_spelt_otherwise_among_many_new_ones_withholds(stored):
    rows = [*items(99), item(100, invoiceNumber="i100"), *items(150, first=1000)]
    second = stored.full_load(rows)
    assert (second.status, second.outcome, second.reasons) == (207, "withheld", ["near_identity"])
    assert second.counts == {"created": 151, "unchanged": 99}
    assert stored.closed() == set()
