"""Whatever is uploaded: the buckets sum to what is open, and to what the receipts said."""

from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum
from hypothesis import given
from hypothesis import strategies as st

from receivables.models import Invoice
from tests.lanes import rolled_back
from tests.receivables.aging import rows
from tests.receivables.any_items import bucket_lists, few_examples, summed, uploads

GROUPINGS = ["customer", "customerNumber", "companyCode", "currency", "none"]


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
