"""What an item counts as: Python says what PostgreSQL stores, and each spelling is on one side."""

from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from receivables.models import Invoice
from receivables.money import CREDITS, DEBITS, is_unusual_key, open_amount, side_of_indicator, side_of_key
from tests.factories import InvoiceFactory
from tests.lanes import examples

DEBIT_KEYS = ["1", "01", "09", "9", "001", "1.0", "01,00", "0009.", "5.0000"]
CREDIT_KEYS = ["11", "19", "011", "0011", "11.0", "11,0", "011.00", "15."]
NO_KEYS = ["", "0", "10", "20", "100", "110", "1.1", "11.1", "-11", "+11", "1 1", "11A", "11.0.0", "\u0661\u0661"]

# Whatever a column can hold: mostly what is spelt nearly as it should be.
spelt = st.sampled_from(["", *DEBITS, *CREDITS])
written = st.one_of(spelt, spelt.map(str.upper), spelt.map(str.title), spelt.map("{}.".format))
anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
keys = st.sampled_from(["", *DEBIT_KEYS, *CREDIT_KEYS, *NO_KEYS])
amounts = st.decimals(-(10**18), 10**18, places=4)
items = st.fixed_dictionaries(
    {
        "balance_text": st.sampled_from(["", "as sent"]),
        "balance_amount": st.none() | amounts,
        "invoice_amount": amounts,
        "debit_credit_indicator": written | anything,
        "posting_key": keys | anything,
    }
)


def python_says(item):
    return open_amount(
        item["balance_text"],
        item["balance_amount"],
        item["invoice_amount"],
        item["debit_credit_indicator"],
        item["posting_key"],
    )


@examples(60)
@given(rows=st.lists(items, min_size=1, max_size=30))
def test_python_and_the_column_give_the_same_open_amount(account, rows):
    with transaction.atomic():
        stored = [InvoiceFactory.build(account=account, **row) for row in rows]
        Invoice.objects.bulk_create(stored)
        found = Invoice.objects.in_bulk([item.pk for item in stored])
        transaction.set_rollback(True)
    assert [found[item.pk].open_amount for item in stored] == [python_says(row) for row in rows]


def test_the_column_is_generated_as_the_model_says(db):
    [said] = [field for field in Invoice._meta.fields if field.name == "open_amount"]
    expression, values = said.generated_sql(connection)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid"
            " AND attnum = adnum WHERE adrelid = 'receivables_invoice'::regclass AND attname = 'open_amount'"
        )
        [[stored]] = cursor.fetchall()
        cursor.execute(
            connection.ops.compose_sql(
                "CREATE TEMPORARY TABLE said (balance_text varchar(64), balance_amount numeric(23, 4),"
                " closed_at timestamptz, invoice_amount numeric(23, 4), debit_credit_indicator varchar(255),"
                " posting_key varchar(255),"
                f" open_amount numeric(23, 4) GENERATED ALWAYS AS ({expression}) STORED)",
                values,
            )
        )
        cursor.execute("SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'said'::regclass")
        assert cursor.fetchall() == [(stored,)]


@pytest.mark.parametrize("key", DEBIT_KEYS)
def test_a_key_from_1_to_9_is_a_debit(key):
    assert side_of_key(key) == "debit"


@pytest.mark.parametrize("key", CREDIT_KEYS)
def test_a_key_from_11_to_19_is_a_credit(key):
    assert side_of_key(key) == "credit"


@pytest.mark.parametrize("key", NO_KEYS)
def test_any_other_key_says_nothing(key):
    assert (side_of_key(key), is_unusual_key(key)) == ("", False)


def test_keys_as_sap_writes_them_are_not_unusual():
    assert not any(map(is_unusual_key, ["1", "01", "9", "09", "11", "19"]))


@pytest.mark.parametrize("spelling", [*DEBITS, *CREDITS])
def test_capitals_and_a_full_stop_change_no_side(spelling):
    expected = "debit" if spelling in DEBITS else "credit"
    assert {side_of_indicator(written) for written in (spelling, spelling.upper(), f"{spelling}.")} == {expected}


def test_a_zero_credit_is_no_negative_zero():
    assert str(open_amount("", None, Decimal("0.0000"), "H", "")) == "0.0000"
