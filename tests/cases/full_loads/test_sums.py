"""Sums of receipts are what is owed."""

from tests.cases.full_loads.ledgers import item, items, moved, numbers


def test_receipts_of_loads_and_changes_add_up_to_what_is_open(sender):
    nights = [
        sender.full_load([*items(50), *items(30, first=100, currency="EUR")]),
        sender.changes([item(1, invoiceAmount=7), item(2, currency="EUR"), item(900, companyCode="2000")]),
        sender.full_load([*items(45, first=6), *items(30, first=100, currency="EUR")], companyCodes="1000"),
        sender.changes(items(3)),
        sender.full_load(items(75, first=6), companyCodes="1000"),
    ]
    assert moved(nights) == sender.sums()
    assert numbers(items(2)) <= sender.open()
