"""Lines of totals as they are typed or pasted."""

import pytest

from receivables.admin.reports.typed_totals import typed_totals


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("1000\tEUR\t1.234,56", ("1000", "EUR", "1234.56")),
        ("1000;EUR;1.234,56-", ("1000", "EUR", "-1234.56")),
        ("1000,EUR,1,234.56", ("1000", "EUR", "1234.56")),
        ("1000, EUR, (1,234.56)", ("1000", "EUR", "-1234.56")),
        ("1000 EUR 1 234,56", ("1000", "EUR", "1234.56")),
        ("1000 eur 1'234.56", ("1000", "EUR", "1234.56")),
        ("1000 EUR 1,234,567.89", ("1000", "EUR", "1234567.89")),
        ("\tEUR\t0,5\t\t", ("", "EUR", "0.5")),
        (";;7", ("", "", "7")),
        ("Nord Süd;EUR;1.234,56 €", ("Nord Süd", "EUR", "1234.56")),
        ("1000;EUR;EUR 1.234,56", ("1000", "EUR", "1234.56")),
        ("1000;Pts;5", ("1000", "Pts", "5")),
    ],
)
def test_a_line_is_read_as_it_is_written(line, read):
    found = typed_totals(line)
    assert found.problems == []
    [total] = found.totals
    assert (total.company_code, total.currency, str(total.amount.normalize())) == read
