"""Whatever a column can hold comes back unchanged."""

import csv
import json
import re
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.imported.numbers import without_invisible
from receivables.uploads.models import Upload
from receivables.uploads.rows.identifying_fields import NULL_WORDS
from tests.cases.reading_back import DEFUSED_TEXTS, FORMATS, OWN_INVOICE_NAMES, chosen_again, downloaded, sent_back
from tests.factories import LENIENT, customer_row, invoice_row
from tests.lanes import examples, rolled_back

many, some = examples(50, at_night=3000), examples(8, at_night=300)

characters = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
odd_texts = st.sampled_from(
    [*DEFUSED_TEXTS, "_x000D_", "a\r\nb", '"', "a;b,c\td|e", "null", "{}", "[1", "1.000", "TRUE"]
)
texts = st.text(characters, max_size=30) | odd_texts
short_texts = st.text(characters, max_size=15)


# In an identifying column a table cannot hold what spreadsheets and programs make of numbers: that is refused, or read
# as the number it was, whoever wrote the file.
MADE_OF_NUMBERS = re.compile(r"[.,]0+$|[eE]|^#|^-?\d\.#")


def may_identify(text):
    return without_invisible(text.strip()) not in NULL_WORDS and not MADE_OF_NUMBERS.search(text.strip())


numbers = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=12).filter(may_identify)
amounts = st.decimals(-(10**14), 10**14, places=4).map(str) | st.integers(-(10**18), 10**18).map(str)
balances = (
    st.sampled_from(["7", "7.50-", "(12)", "-3.5", "1.000", "1,234.56", "", "+5", "1e3", "007", " 8"]) | short_texts
)
days = st.dates().map(str) | st.none()
numbers_in_json = st.integers(-(10**30), 10**30) | st.floats(-1e300, 1e300).filter(
    lambda number: number == 0 or abs(number) > 1e-300
)
json_values = st.recursive(
    st.none() | st.booleans() | numbers_in_json | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
unknown_names = st.text(characters, min_size=1, max_size=10).filter(lambda name: name not in INVOICE_NAMES)
INVOICE_NAMES = {*invoice_row(), *customer_row(), *OWN_INVOICE_NAMES, "extra"}


class Literal(str):
    """A number of JSON as it is written."""


def invoices(identity):
    optional = {
        **dict.fromkeys(["itemText", "customerName", "reference1", "paymentTerms", "status"], texts),
        **dict.fromkeys(["companyCode", "lineItem", "accountingDocNumber"], short_texts.filter(may_identify)),
        **dict.fromkeys(["dueDate", "invoiceDate", "postDate"], days),
        **dict.fromkeys(["billAddr", "shipAddr"], json_values),
        "balanceAmount": balances,
        "localAmount": amounts.map(Literal),
    }
    required = {"customerNumber": numbers, "invoiceNumber": identity, "invoiceAmount": amounts.map(Literal)}
    return st.builds(
        lambda row, unknown: unknown | row,
        st.fixed_dictionaries(required, optional=optional),
        st.dictionaries(unknown_names, json_values, max_size=2),
    )


def customers(identity):
    names = ["companyname", "firstname", "lastname", "phoneno"]
    row = st.fixed_dictionaries(
        {"customerno": identity, "emailaddress1": texts.filter(lambda text: text.strip() != "")},
        optional=dict.fromkeys(names, texts) | {"cocode": short_texts.filter(may_identify)},
    )
    return st.builds(lambda row, unknown: unknown | row, row, st.dictionaries(unknown_names, json_values, max_size=2))


ANY_ROWS = {"invoices": invoices, "customers": customers}


def body_of(rows) -> str:
    def written(value):
        return str(value) if isinstance(value, Literal) else json.dumps(value)

    return (
        "["
        + ",".join("{" + ",".join(f"{json.dumps(k)}:{written(v)}" for k, v in row.items()) + "}" for row in rows)
        + "]"
    )


@pytest.mark.parametrize("resource", ANY_ROWS)
@many
@given(data=st.data())
def test_whatever_is_stored_comes_back_unchanged_from_its_list(upload, client, resource, data):
    identity = numbers.map("N-{}".format)
    rows = [data.draw(ANY_ROWS[resource](identity))]
    with rolled_back():
        stored = upload(body_of(rows), resource)
        assert stored.status_code == 200, stored.content
        for file_type in FORMATS:
            written = downloaded(client, f"/jsonApi/{resource}?format={file_type}")
            answer = sent_back(upload, written, file_type, resource)
            assert (answer["received"], answer["unchanged"]) == (1, 1), (file_type, answer, written)


@pytest.mark.parametrize("resource", ANY_ROWS)
@some
@given(data=st.data())
def test_whatever_is_stored_comes_back_unchanged_from_the_upload_page(upload, client, uploader, resource, data):
    rows = [data.draw(ANY_ROWS[resource](numbers.map("N-{}".format)))]
    with rolled_back():
        upload(body_of(rows), resource)
        for file_type in FORMATS:
            written = downloaded(client, f"/jsonApi/{resource}?format={file_type}")
            found = chosen_again(uploader, written, file_type, resource)
            assert (found.received_count, found.unchanged_count) == (1, 1), (file_type, found.errors, written)


@pytest.mark.parametrize("resource", ANY_ROWS)
@many
@given(data=st.data())
def test_whatever_a_rejected_row_held_comes_back_from_its_table(upload, uploader, client, resource, data):
    """Two rows with different keys are refused and mended in the table; they are stored, and nothing changes."""
    wanted = {"invoices": "invoiceAmount", "customers": "emailaddress1"}[resource]
    first = data.draw(ANY_ROWS[resource](numbers.map("N-{}".format)))
    second = data.draw(ANY_ROWS[resource](numbers.map("M-{}".format)))
    good = [row | {wanted: Literal("1") if wanted == "invoiceAmount" else "a@example.com"} for row in (first, second)]
    with rolled_back():
        stored = upload(body_of(good), resource)
        assert stored.status_code == 200, stored.content
        upload(body_of([row | {wanted: True} for row in good]), resource, headers=LENIENT)
        rejected = Upload.objects.latest("created_at")
        assert rejected.rejected_count == 2
        table = b"".join(uploader.page(f"{rejected.pk}/rejected.csv"))
        mended = _with_cells(table, wanted, "1" if wanted == "invoiceAmount" else "a@example.com")
        answer = sent_back(upload, mended, "csv", resource)
        assert (answer["received"], answer["unchanged"]) == (2, 2), (answer, mended)
        again = downloaded(client, f"/jsonApi/uploads/{rejected.pk}/rejected")
        assert upload(again, resource, headers=LENIENT).json()["rejected"] == 2


def _with_cells(table: bytes, name: str, cell: str) -> bytes:
    header, *rows = list(csv.reader(StringIO(table.decode("utf-8-sig"), newline="")))
    out = StringIO(newline="")
    csv.writer(out).writerow(header)
    csv.writer(out).writerows(
        [cell if each == name else was for each, was in zip(header, row, strict=True)] for row in rows
    )
    return out.getvalue().encode()
