"""Whatever is uploaded, movements between any two moments are the difference of what the aging reports said then."""

from decimal import Decimal
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from receivables.models import Invoice, today
from receivables.uploads.models import FullLoad, LoadState, Upload
from tests.conftest import client_of
from tests.factories import AccountFactory
from tests.lanes import examples, rolled_back
from tests.receivables.any_items import summed
from tests.receivables.movements import report

CODES = ["1000", "2000"]
# Few identities, so that items come again; what is left out stays as it was.
items = st.fixed_dictionaries(
    {
        "customerNumber": st.sampled_from(["1", "2"]),
        "invoiceNumber": st.sampled_from(["1", "2", "3"]),
        "companyCode": st.sampled_from(CODES),
        "accountingDocNumber": st.sampled_from(["", "D1"]),
        "invoiceAmount": st.just(100),
    },
    optional={
        "balanceAmount": st.sampled_from(["0", "40", "100.5", "-40", "see letter", "see mail"]),
        "currency": st.sampled_from(["USD", "EUR", ""]),
        "debitCreditIndicator": st.sampled_from(["S", "H"]),
        "dueDate": st.sampled_from(["2026-06-30", None]),
    },
)
IDENTITY = ("customerNumber", "invoiceNumber", "companyCode", "accountingDocNumber")
arrays = st.lists(items, max_size=8, unique_by=lambda item: tuple(item[name] for name in IDENTITY))
events = st.lists(st.tuples(st.sampled_from(["changes", "changes", "full load"]), arrays), min_size=1, max_size=5)


def happen(client, kind, rows):
    """Upload rows, as changes or as all that is open. What is withheld is confirmed; a load whose items are all there
    under another spelling is refused, and stores nothing.
    """
    query = "" if kind == "changes" else f"?snapshot=true&companyCodes={','.join(CODES)}&allowEmpty=true"
    answer = client.post(f"/jsonApi/upload/invoices{query}", rows, format="json")
    assert answer.status_code in (200, 207, 409), answer.content
    for load in FullLoad.objects.filter(state=LoadState.WITHHELD):
        assert client.post(f"/jsonApi/snapshots/{load.pk}/confirm").status_code == 200


def positions(client):
    """Return what is open by company code and currency, as the aging report says."""
    totals = {}
    for code in CODES:
        query = {"groupBy": "none", "companyCode": code, "asOf": str(today())}
        for row in client.get("/jsonApi/reports/aging", query).json()["results"]:
            totals[code, row["currency"]] = Decimal(row["total"])
    return {key: total for key, total in totals.items() if total}


def states():
    """Return each item's currency and open amount."""
    return {
        pk: (currency, amount) for pk, currency, amount in Invoice.objects.values_list("id", "currency", "open_amount")
    }


def moment():
    """Return the last moment as a report names it."""
    return Upload.objects.filter(merged_at__isnull=False).latest("merged_at").merged_at.isoformat()


def difference(before, after):
    return summed([*after.items(), *((key, -amount) for key, amount in before.items())])


def sums(found):
    return summed(((row["companyCode"], row["currency"]), row["amount"]) for row in found["sums"])


def by_kind(results):
    """Return the number of items and the sum of each company code, currency and kind."""
    found = {}
    for row in results:
        key = row["companyCode"], row["currency"], row["kind"]
        count, amount = found.get(key, (0, Decimal(0)))
        found[key] = count + 1, amount + Decimal(row["difference"])
    return found


def is_open(state):
    return state is not None and state[1] != 0


@examples(15, at_night=1000)
@given(happened=events)
def test_movements_between_any_two_moments_are_the_difference_of_the_reports(db, happened):
    with rolled_back():
        client = client_of(AccountFactory(amount_decimal_places=1), scopes=["read", "upload", "confirm"])
        recorded = []
        for kind, rows in [("changes", [FIRST]), *happened]:
            happen(client, kind, rows)
            recorded.append((moment(), positions(client), states()))
        moved = {}
        for (since, before, was), (until, after, now) in combinations(recorded, 2):
            found = report(client, since=since, until=until, pageSize=1000)
            moved[since, until] = sums(found)
            assert sums(found) == difference(before, after)
            assert by_kind(found["results"]) == {
                (row["companyCode"], row["currency"], row["kind"]): (row["items"], Decimal(row["amount"]))
                for row in found["sums"]
            }
            differing = {pk for pk in now if now[pk] != was.get(pk) and (is_open(was.get(pk)) or is_open(now[pk]))}
            assert {row["id"] for row in found["results"]} == differing
        for first, second, third in combinations([one for one, *_ in recorded], 3):
            both = summed([*moved[first, second].items(), *moved[second, third].items()])
            assert both == moved[first, third]


FIRST = {"customerNumber": "1", "invoiceNumber": "first", "companyCode": "1000", "invoiceAmount": 7}
