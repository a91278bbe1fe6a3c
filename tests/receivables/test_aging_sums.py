"""Whatever is uploaded: the buckets sum to what is open, and to what the receipts said."""

from collections import Counter
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, Sum
from hypothesis import given
from hypothesis import strategies as st

from receivables.models import Invoice
from tests.lanes import examples
from tests.receivables.aging import rows

GROUPINGS = ["customer", "customerNumber", "companyCode", "currency", "none"]

# What an example stores, `rolled_back` takes back: the fixtures serve all of them.
few_examples = examples(20)

amounts = st.decimals(-(10**15), 10**15, places=4).map(lambda amount: f"{amount:f}")
days = st.dates().map(str) | st.sampled_from(["2026-06-29", "2026-06-30", "2026-05-31", "2026-05-30", None])
items = st.fixed_dictionaries(
    {"invoiceNumber": st.integers(1, 99).map(str), "invoiceAmount": amounts},
    optional={
        "customerNumber": st.sampled_from(["1", "0001", "2", "A1"]),
        "companyCode": st.sampled_from(["US01", "DE01", ""]),
        "currency": st.sampled_from(["USD", "EUR", ""]),
        "balanceAmount": amounts | st.sampled_from(["0", "12.5-", "(3)", "see letter"]),
        "debitCreditIndicator": st.sampled_from(["S", "H", ""]),
        "dueDate": days,
        "invoiceDate": days,
    },
)
uploads = st.lists(
    items.map(lambda item: {"customerNumber": "1"} | item), max_size=12, unique_by=lambda item: item["invoiceNumber"]
)
bucket_lists = st.lists(st.integers(1, 36_500), min_size=1, max_size=20, unique=True).map(sorted)


@contextmanager
def rolled_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def summed(pairs):
    """Return the sum of each key's amounts, without the keys whose amounts make nothing."""
    totals = Counter()
    for key, amount in pairs:
        totals[key] += Decimal(amount)
    return {key: total for key, total in totals.items() if total}


def stored(*columns):
    found = Invoice.objects.values_list(*columns).annotate(Sum("open_amount")).order_by()
    return summed((tuple(key), amount) for *key, amount in found if amount is not None)


@few_examples
@given(
    sent=uploads,
    as_of=st.dates() | st.just(date(2026, 6, 30)),
    days=bucket_lists,
    basis=st.sampled_from(["dueDate", "invoiceDate"]),
)
def test_buckets_sum_to_what_is_open_and_to_what_the_receipts_said(receipt, client, account, sent, as_of, days, basis):
    type(account).objects.update(amount_decimal_places=4)
    asked = {"asOf": str(as_of), "buckets": ",".join(map(str, days)), "dateBasis": basis}
    with rolled_back():
        said = [total for rows_sent in (sent[:6], sent[6:]) if rows_sent for total in receipt(rows_sent)["totals"]]
        told = {group_by: rows(client, groupBy=group_by, **asked) for group_by in GROUPINGS}
        by_currency, by_company_code = stored("currency"), stored("company_code", "currency")
        without_amount = Invoice.objects.filter(open_amount=None).count()
        open_count = Invoice.objects.filter(Q(open_amount__gt=0) | Q(open_amount__lt=0)).count()
    for report in told.values():
        assert [Decimal(row["total"]) for row in report] == [
            sum(Decimal(part["amount"]) for part in row["buckets"]) for row in report
        ]
        assert summed(((row["currency"],), row["total"]) for row in report) == by_currency
        assert sum(row["items"] for row in report) == open_count
        assert sum(row["itemsWithoutAmount"] for row in report) == without_amount
    assert summed(((row["group"], row["currency"]), row["total"]) for row in told["companyCode"]) == by_company_code
    assert summed(((total["companyCode"], total["currency"]), total["openAfter"]) for total in said) == by_company_code
