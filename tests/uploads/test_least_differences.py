"""Rows that differ in little: a sign, or where a value stands. On a cluster they are compared by hashes."""

import pytest

from tests.factories import invoice_row


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"invoiceAmount": 100}, {"invoiceAmount": -100}),
        ({"billingAddress": {"zip": 1}}, {"billingAddress": {"zip": -1}}),
        ({"billingAddress": {"a": {"b": "c"}, "d": "e"}}, {"billingAddress": {"a": {"b": "c", "d": "e"}}}),
        ({"billingAddress": {"a": [[1], 2]}}, {"billingAddress": {"a": [[1, 2]]}}),
        ({"localAmount": 0}, {"localAmount": None}),
        ({"unknownToUs": 1}, {"unknownToUs": -1}),
    ],
    ids=["sign", "sign in JSON", "place in JSON", "bracket in JSON", "none", "sign of an unknown key"],
)
def test_the_least_difference_is_a_change(receipt, before, after):
    receipt([invoice_row(**before)])
    counts = receipt([invoice_row(**after)])
    assert (counts["created"], counts["updated"]) == (0, 1)
