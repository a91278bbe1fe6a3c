"""What receipts tell of full loads."""

import pytest

from receivables.models import Invoice
from receivables.uploads.loads.commits import begin, commit
from receivables.uploads.loads.terms import CommitTerms
from tests.factories import BY_WORKER, LENIENT
from tests.uploads.loads import OF_1000, ledger, open_numbers, part_of, status_and_code

SNAPSHOT = "?snapshot=true"
MANY = [str(number) for number in range(1, 101)]


@pytest.fixture
def stored(receipt):
    """A ledger of a hundred items, of which a full load had all."""
    return receipt(ledger(*MANY), query=SNAPSHOT)


def item(number):
    return Invoice.objects.get(invoice_number=number)


def closed_items(response):
    """Return the closed items that a receipt names: the indexes of their rows, and their ids."""
    [warning] = [each for each in response.json()["warnings"] if each["code"] == "refused_row_of_closed_item"]
    assert warning["rows"] == len(warning["closedItems"])
    return [(each["index"], each["id"]) for each in warning["closedItems"]]


def test_a_receipt_of_changes_tells_of_no_full_load(receipt):
    told = receipt(ledger(1))
    assert [told[name] for name in ("kind", "snapshot", "closed", "reopened", "extractedAt")] == [
        "rows",
        None,
        0,
        0,
        None,
    ]


def test_a_full_load_that_lacks_nothing_says_so(stored):
    told = stored["snapshot"]
    assert (told["outcome"], told["companyCodes"], told["missing"], told["reasons"]) == (
        "nothing_to_close",
        ["1000"],
        [],
        [],
    )
    assert told["url"] == f"/jsonApi/snapshots/{told['id']}"


def test_a_full_load_tells_what_it_closed(stored, receipt):
    told = receipt(ledger(*MANY[3:]), query=SNAPSHOT)
    assert (told["closed"], told["unchanged"], told["received"]) == (3, 97, 97)
    assert told["snapshot"]["missing"] == [{"companyCode": "1000", "currency": "USD", "items": 3, "openAmount": "300"}]
    assert told["totals"] == [
        {
            "companyCode": "1000",
            "currency": "USD",
            "rows": 100,
            "invoiceAmount": "10000",
            "openBefore": "10000",
            "openAfter": "9700",
        }
    ]


def test_a_withheld_load_is_partial_and_says_why_without_params(upload):
    upload(ledger(1, 2))
    response = upload(ledger(2), query=SNAPSHOT)
    told = response.json()
    assert (response.status_code, told["outcome"], told["closed"]) == (207, "partial", 0)
    assert told["snapshot"]["outcome"] == "withheld"
    assert told["snapshot"]["reasons"] == [
        {
            "code": "first_load",
            "message": "1000: this is the first full load of the company code. Missing items: 1.",
            "companyCode": "1000",
        }
    ]


def test_company_codes_that_are_left_out_are_listed(upload):
    upload(ledger(1, companyCode="2000") + ledger(2, companyCode=""))
    told = upload(ledger(3), query="?snapshot=true&companyCodes=1000").json()
    assert told["snapshot"]["leftOut"] == ["", "2000"]


def test_a_dry_run_tells_what_would_be_and_names_no_load(stored, receipt):
    told = receipt(ledger(*MANY[3:]), query=f"{SNAPSHOT}&dryRun=true")
    assert (told["closed"], told["snapshot"]["wouldBe"], told["snapshot"]["outcome"]) == (3, "closed", None)
    assert (told["snapshot"]["id"], told["snapshot"]["url"]) == (None, None)
    assert len(open_numbers()) == 100


def test_a_dry_run_that_would_be_withheld_is_no_partial_one(receipt):
    receipt(ledger(1, 2))
    told = receipt(ledger(2), query=f"{SNAPSHOT}&dryRun=true")
    assert (told["outcome"], told["snapshot"]["wouldBe"]) == ("accepted", "withheld")


def test_a_reopened_item_counts_as_updated_and_reopened(stored, receipt):
    receipt(ledger(*MANY[1:]), query=SNAPSHOT)
    told = receipt(ledger(1))
    assert (told["updated"], told["reopened"], told["unchanged"]) == (1, 1, 0)


def test_the_list_of_uploads_tells_of_full_loads(stored, receipt, client):
    receipt(ledger(*MANY[1:]), query=SNAPSHOT)
    [newest, _] = client.get("/jsonApi/uploads").json()["results"]
    assert (newest["closed"], newest["kind"], newest["snapshot"]["outcome"]) == (1, "rows", "closed")


def test_a_minimal_receipt_tells_of_the_full_load(upload):
    upload(ledger(1, 2))
    told = upload(ledger(2), query=SNAPSHOT, headers={"Prefer": "return=minimal"}).json()
    assert told["snapshot"]["outcome"] == "withheld"


def test_pairs_of_near_identities_are_listed(stored, upload):
    new = range(1001, 1101)  # or more than one in a hundred were near
    told = upload(ledger("0001", *MANY[1:], *new), query=SNAPSHOT).json()
    assert told["snapshot"]["reasons"][0]["code"] == "near_identity"
    missing, created = item("1").pk, item("0001").pk
    assert told["snapshot"]["nearIdentities"] == [
        {
            "missing": {"id": missing, "url": f"/jsonApi/invoices/{missing}"},
            "created": {"id": created, "url": f"/jsonApi/invoices/{created}"},
        }
    ]


def test_a_night_of_other_padding_names_the_pairs_by_their_rows(stored, upload):
    response = upload(ledger(*MANY[:98], "0099", "00100"), query=SNAPSHOT)
    told = response.json()
    assert (response.status_code, told["errors"][0]["code"], told["received"]) == (409, "renumbered", 100)
    assert (told["snapshot"]["outcome"], told["snapshot"]["id"]) == ("refused", None)
    assert [(pair["missing"]["id"], pair["index"]) for pair in told["snapshot"]["nearIdentities"]] == [
        (item("99").pk, 98),
        (item("100").pk, 99),
    ]


def test_the_receipt_of_a_refusal_stays(stored, upload, client):
    told = upload(ledger(*MANY[:98], "0099", "00100"), query=SNAPSHOT).json()
    shown = client.get(told["url"]).json()
    assert shown == {name: told[name] for name in shown}


def test_sums_that_are_not_as_expected_refuse_the_load_with_its_receipt(stored, upload):
    response = upload(ledger(*MANY[1:]), query=f"{SNAPSHOT}&expectedOpen=1000/USD:10000")
    told = response.json()
    assert (response.status_code, told["outcome"], told["errors"][0]["code"]) == (400, "refused", "unexpected_open")
    assert len(open_numbers()) == 100


def test_an_older_extract_is_refused_with_its_receipt(upload):
    upload(ledger(1), query=f"{SNAPSHOT}&extractedAt=2026-01-02T00:00:00Z")
    response = upload(ledger(2), query=f"{SNAPSHOT}&extractedAt=2026-01-01T00:00:00Z")
    told = response.json()
    assert (response.status_code, told["errors"][0]["code"], told["received"]) == (409, "stale_snapshot", 1)
    assert (told["extractedAt"], told["snapshot"]) == ("2026-01-01T00:00:00.000000Z", None)


def test_a_full_load_without_rows_is_refused_with_its_receipt(upload):
    response = upload([], query=SNAPSHOT)
    assert status_and_code(response) == (422, "empty_snapshot")


def test_refused_rows_of_closed_items_are_named(stored, receipt, upload):
    receipt(ledger(*MANY[2:]), query=SNAPSHOT)
    rows = [*ledger(3), *ledger(2, dueDate="soon"), *ledger(1, dueDate="soon"), *ledger(4, dueDate="soon")]
    told = upload(rows, headers=LENIENT).json()
    [warning] = [each for each in told["warnings"] if each["code"] == "refused_row_of_closed_item"]
    assert (warning["rows"], warning["firstIndex"]) == (2, 1)
    assert [(each["index"], each["id"]) for each in warning["closedItems"]] == [(1, item("2").pk), (2, item("1").pk)]
    assert {"1", "2"}.isdisjoint(open_numbers())


def test_refused_rows_of_closed_items_are_counted_among_many_others(stored, receipt, upload):
    receipt(ledger(*MANY[2:]), query=SNAPSHOT)
    rows = [*ledger(3), *ledger(*range(1000, 1150), dueDate="soon"), *ledger(1, 2, dueDate="soon")]
    assert closed_items(upload(rows, headers=LENIENT)) == [(151, item("1").pk), (152, item("2").pk)]


@pytest.mark.parametrize("headers", [LENIENT, {}], ids=["none of whose rows is left", "strict"])
def test_refused_rows_of_closed_items_are_named_in_an_upload_refused_whole(headers, stored, receipt, upload):
    receipt(ledger(*MANY[1:]), query=SNAPSHOT)
    response = upload(ledger(7, 1, dueDate="soon"), headers=headers)
    assert (response.status_code, closed_items(response)) == (400, [(1, item("1").pk)])


def test_a_refused_row_of_an_item_keeps_it_open_in_a_full_load(stored, upload):
    told = upload([*ledger(*MANY[1:]), *ledger(1, dueDate="soon")], query=SNAPSHOT, headers=LENIENT).json()
    assert (told["rejected"], told["closed"], told["snapshot"]["outcome"]) == (1, 0, "nothing_to_close")


@pytest.fixture
def begun(source):
    return begin(source, OF_1000)


def test_a_part_tells_of_the_load_that_goes_on(begun, receipt):
    told = receipt(ledger(1), query=part_of(begun.pk, 3))["snapshot"]
    assert (told["id"], told["part"], told["outcome"], told["wouldBe"]) == (str(begun.pk), 3, None, None)
    assert told["companyCodes"] == ["1000"]


def test_a_refused_part_tells_of_it_too(begun, upload):
    told = upload(ledger(1, dueDate="soon"), query=part_of(begun.pk)).json()
    assert (told["snapshot"]["id"], told["snapshot"]["part"]) == (str(begun.pk), None)


def test_a_part_that_waits_for_a_worker_tells_of_it_too(begun, upload):
    told = upload(ledger(1), query=part_of(begun.pk, 2), headers=BY_WORKER).json()
    assert (told["state"], told["snapshot"]["id"], told["snapshot"]["part"]) == ("queued", str(begun.pk), 2)


def test_the_receipt_of_a_commit_is_one_of_its_own(begun, source, receipt, client):
    receipt(ledger(1), query=part_of(begun.pk, 1))
    ended = commit(begun, CommitTerms(parts=1), source)
    told = client.get(f"/jsonApi/uploads/{ended.pk}").json()
    assert (told["kind"], told["received"], told["snapshot"]["outcome"]) == ("commit", 0, "nothing_to_close")
