"""Any items that an account may have, as strategies of properties; and sums of them."""

from collections import Counter
from decimal import Decimal

from hypothesis import strategies as st

from tests.lanes import examples

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


def summed(pairs):
    """Return the sum of each key's amounts, without the keys whose amounts make nothing."""
    totals = Counter()
    for key, amount in pairs:
        totals[key] += Decimal(amount)
    return {key: total for key, total in totals.items() if total}
