"""Formulas in texts that strangers choose: a spreadsheet runs them when it opens a CSV file of ours."""

import csv
import io
import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from config.exports.defusing import defused, is_run
from receivables.models import Invoice
from tests.factories import InvoiceFactory
from tests.receivables.test_exports import examples

# Signs of numbers and of the Arabic script are formats too, but seen.
SEEN = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2}
UNSEEN = "".join(
    chr(code)
    for code in range(1, 0xFFFF)
    if unicodedata.category(chr(code)) in ("Cc", "Cf", "Zs", "Zl", "Zp") and code not in SEEN
)
FORMULAS = "=+-@|\uff1d\uff0b\uff0d\uff20\uff5c\ufe66\ufe62\ufe63\ufe6b"
ANY = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXTS = st.text(st.sampled_from(f"{FORMULAS}'\t\r\n\v\x01 \xa0\u200b\u3000\ufeff,.019a") | ANY, max_size=8)
# What senders of attacks wrote, and what a spreadsheet makes of it.
ATTACKS = {
    "a line break before it": "\n=1+1",
    "a carriage return before it": "\r\n=cmd|'/c calc'!A0",
    "a blank before it": ' =HYPERLINK("http://x")',
    "a no-break space before it": "\xa0@SUM(A1)",
    "a zero-width space before it": "\u200b=1",
    "a byte order mark before it": "\ufeff=1",
    "a control before it": "\x01=1",
    "a call of another program": "|calc",
    "a full-width equals sign": "\uff1d1+1",
    "a full-width plus": "\uff0b1+1",
    "a full-width minus": "\uff0d1+1",
    "a full-width at": "\uff20SUM(A1)",
    "an apostrophe that is its own": "'=1+1",
    "a telephone number": "+49 89 1234-0",
    "a line break alone": "\nx",
}


@pytest.mark.parametrize("text", ATTACKS.values(), ids=ATTACKS)
def test_a_formula_behind_what_spreadsheets_strip_is_defused(text, client, account):
    InvoiceFactory(account=account, item_text=text)
    assert list_cell(client, "itemText") == f"'{text}"


@examples(500)
@given(text=TEXTS)
@example(text="'-5")
@example(text="''=1")
def test_no_cell_begins_a_formula_behind_what_is_not_seen(text):
    begins = defused(text).lstrip(UNSEEN)[:1]
    assert begins not in [*FORMULAS] or re.fullmatch("[+-][0-9]+([.,][0-9]+)*", text)


@examples(500)
@given(text=TEXTS)
@example(text="'")
@example(text="'=1")
@example(text="''=1")
@example(text="'-5")
def test_every_text_is_known_again_from_its_cell(text):
    assert read_back(defused(text)) == text


def read_back(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and is_run(cell[1:]) else cell


@examples(40)
@given(text=TEXTS)
def test_the_database_defuses_what_is_defused_elsewhere(text, client, account):
    Invoice.objects.all().delete()
    InvoiceFactory(account=account, item_text=text)
    assert list_cell(client, "itemText") == defused(text)


def list_cell(client, name: str) -> str:
    written = b"".join(client.get(f"/jsonApi/invoices?format=csv&fields={name}").streaming_content).decode()
    [row] = csv.DictReader(io.StringIO(written, newline=""))
    return row[name]
