"""Amounts that are in range but written with more digits than any ledger needs."""

import pytest

from receivables.models import Invoice
from tests.uploads.wire_texts import invoice_text

WHOLE_AMOUNTS = [
    pytest.param("9223372036854775807", 2**63 - 1, id="the greatest"),
    pytest.param("-9223372036854775807", 1 - 2**63, id="the least"),
    pytest.param("9223372036854775807.0000", 2**63 - 1, id="the greatest with a zero fraction"),
    pytest.param("9.223372036854775807e18", 2**63 - 1, id="the greatest by exponent"),
    pytest.param("0e999999", 0, id="0 with a great exponent"),
    pytest.param("0e-99999", 0, id="0 with a small exponent"),
    pytest.param("-0", 0, id="minus 0"),
    pytest.param(f"12.{'0' * 40}", 12, id="40 zeros behind the point"),
    pytest.param(f"12.{'0' * 20_000}", 12, id="20,000 zeros behind the point"),
    pytest.param(f'"12.{"0" * 20_000}"', 12, id="20,000 zeros behind the point as text"),
    pytest.param(f'"{"0" * 20_000}12"', 12, id="20,000 zeros before it as text"),
    pytest.param(f"12{'0' * 40}e-40", 12, id="40 zeros taken back by the exponent"),
]


@pytest.mark.parametrize(("text", "amount"), WHOLE_AMOUNTS)
def test_an_amount_in_range_is_taken_exactly_however_it_is_written(receipt, text, amount):
    assert receipt(f"[{invoice_text(invoiceAmount=text)}]")["created"] == 1
    assert Invoice.objects.get().invoice_amount == amount


@pytest.mark.parametrize("digits", [1_000, 1_000_002], ids=["1,000", "1,000,002"])
def test_an_amount_of_endless_digits_as_text_is_refused(refusal, digits):
    [error] = refusal(f"""[{invoice_text(invoiceAmount='"' + "1" * digits + '"')}]""")["errors"]
    assert (error["field"], error["code"]) == ("invoiceAmount", "amount_out_of_range")
