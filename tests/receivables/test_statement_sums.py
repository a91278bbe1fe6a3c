"""Whatever is uploaded and asked for: a statement's figures make its balance, and agree with the aging report."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.factories import CustomerFactory
from tests.lanes import rolled_back
from tests.receivables.aging import rows
from tests.receivables.any_items import bucket_lists, days, few_examples, items, summed
from tests.receivables.statements import sections, table

ours = st.lists(
    st.builds(
        lambda item, dates: {"customerNumber": "1"} | item | dates,
        items,
        st.fixed_dictionaries({}, optional={"postDate": days, "issueDate": days}),
    ),
    max_size=12,
    unique_by=lambda item: item["invoiceNumber"],
)
periods = st.tuples(st.dates() | st.just(date(2026, 6, 30)), st.dates() | st.just(date(2026, 6, 1)) | st.none())


def amounts(section):
    """Return a section's sums by name."""
    return {name: Decimal(section[name]["amount"]) for name in ("opening", "debits", "credits", "closing", "later")}


@few_examples
@given(
    sent=ours,
    period=periods,
    days=bucket_lists,
    basis=st.sampled_from(["dueDate", "invoiceDate"]),
    company_code=st.sampled_from(["", "US01"]),
)
def test_a_statements_figures_agree(receipt, client, account, sent, period, days, basis, company_code):
    type(account).objects.update(amount_decimal_places=4)
    as_of, first_day = period
    asked = {"asOf": str(as_of), "buckets": ",".join(map(str, days)), "dateBasis": basis}
    start = {"from": str(min(first_day, as_of))} if first_day else {}
    with rolled_back():
        customer = CustomerFactory(account=account, customer_number="001", company_code=company_code)
        if sent:
            receipt(sent)
        told = sections(client, customer, **asked, **start)
        lines = table(client, customer, **asked, **start)
        by_company_code = rows(client, groupBy="companyCode", customerNumber="1", **asked)
    for section in told:
        figures = amounts(section)
        assert figures["opening"] + figures["debits"] + figures["credits"] == figures["closing"]
        assert figures["closing"] == sum(Decimal(part["amount"]) for part in section["aging"])
        assert [figures["opening"], *(Decimal(item["balance"]) for item in section["items"])][-1] == figures["closing"]
        assert_the_table_agrees([line for line in lines if line["currency"] == section["currency"]], section)
    own = [row for row in by_company_code if not company_code or row["group"] in ("", company_code)]
    assert [section["currency"] for section in told] == sorted({row["currency"] for row in own})
    assert summed(
        (section["currency"], amounts(section)["closing"] + amounts(section)["later"]) for section in told
    ) == (summed((row["currency"], row["total"]) for row in own))
    for name, counted in (("items", "items"), ("unreadable", "itemsWithoutAmount")):
        counts = sum(section["closing"][name] + section["later"][name] for section in told)
        assert counts == sum(row[counted] for row in own)


def assert_the_table_agrees(lines, section):
    opening, *items, closing = lines
    assert (opening["kind"], opening["balance"]) == ("opening", section["opening"]["amount"])
    assert (closing["kind"], closing["balance"]) == ("closing", section["closing"]["amount"])
    assert [(item["id"], item["balance"]) for item in items] == [
        (str(item["id"]), item["balance"]) for item in section["items"]
    ]
