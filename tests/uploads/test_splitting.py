"""The rows of a body, however it is cut into pieces on its way: those that are in it, in their order."""

import codecs
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.uploads.reading import splitting
from receivables.uploads.reading.literal_json import LiteralRow
from receivables.uploads.reading.refusals import BodyRefused
from receivables.uploads.reading.splitting import rows_of_array, rows_of_lines
from tests.lanes import examples

many_examples = examples(60)

# Limits so low that a few small rows reach what else only megabytes do.
SHORT = {"MAX_ROW_BYTES": 300, "TAIL": 40, "MAX_CUTS_TRIED": 2}
LONGEST_ROW = 200

texts = st.sampled_from(["}, {", "},{", "]", "[{", '"', "\\", '\\"}, {"', "ä", "🙂", "\n", "", "a"])
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
)
objects = st.dictionaries(texts, values, max_size=4)
row_lists = st.lists(objects | objects | values, max_size=12)
blanks = st.text(" \t\n\r", max_size=3)
spellings = st.fixed_dictionaries(
    {
        "indent": st.sampled_from([None, None, 1, 4]),
        "separators": st.sampled_from([(",", ":"), (", ", ": "), (" ,\r\n", "\t: ")]),
        "ensure_ascii": st.booleans(),
    }
)
broken_rows = st.sampled_from(
    ['{"a" 1}', '{"a": 1}}', "{,}", '{"a":}', "tru", "01", "'a'", "}", ":", '{"a": "\x01"}', '{"a": "\\x"}', "", "#"]
)
cuts = st.lists(st.integers(0, 2000), max_size=12)


@pytest.fixture(params=["as served", "short"])
def limits(request, monkeypatch):
    for name, limit in SHORT.items() if request.param == "short" else ():
        monkeypatch.setattr(splitting, name, limit)


def pieces(body, places):
    """Cut a body at the places given; none of its pieces is empty."""
    ends = sorted({*places, len(body)})
    parts = [body[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    return [part for part in parts if part]


def read(batches):
    rows = [row for batch in batches for row in batch]
    return [json.loads(row.text if isinstance(row, LiteralRow) else row) for row in rows]


def is_short(rows, spelling):
    return all(len(json.dumps(row, **spelling)) < LONGEST_ROW for row in rows)


@many_examples
@given(rows=row_lists, spelling=spellings, around=st.tuples(blanks, blanks), places=cuts, signed=st.booleans())
def test_the_rows_of_an_array_are_those_in_it(limits, rows, spelling, around, places, signed):
    rows = [row for row in rows if is_short([row], spelling)]
    body = around[0] + json.dumps(rows, **spelling) + around[1]
    sent = codecs.BOM_UTF8 * signed + body.encode()
    assert read(rows_of_array(iter(pieces(sent, places)))) == rows


@many_examples
@given(rows=row_lists, place=st.integers(0, 12), broken=broken_rows, spelling=spellings, places=cuts)
def test_a_broken_array_is_refused_at_its_broken_row(limits, rows, place, broken, spelling, places):
    texts = [json.dumps(row, **spelling) for row in rows if is_short([row], spelling)]
    place = min(place, len(texts))
    texts.insert(place, broken)
    body = f"[{spelling['separators'][0].join(texts)}]".encode()
    if texts == [""]:
        assert read(rows_of_array(iter(pieces(body, places)))) == []
        return
    with pytest.raises(BodyRefused) as refused:
        read(rows_of_array(iter(pieces(body, places))))
    assert (refused.value.status, refused.value.index) == (400, place)


@many_examples
@given(rows=st.lists(objects, min_size=1, max_size=12), end=st.integers(1, 2000), places=cuts)
def test_an_array_cut_short_is_refused_at_the_row_it_was_cut_in(limits, rows, end, places):
    texts = [json.dumps(row) for row in rows if is_short([row], {})]
    whole = f"[{','.join(texts)}]"
    body = whole[: min(end, len(whole) - 1)]
    complete = [",".join(texts[:count]) for count in range(1, len(texts) + 1)]
    with pytest.raises(BodyRefused) as refused:
        read(rows_of_array(iter(pieces(body.encode(), places))))
    assert refused.value.index == sum(len(body) > len(text) + 1 for text in complete[:-1])


@many_examples
@given(rows=row_lists, ends=st.lists(st.sampled_from(["\n", "\r\n", " \n\n", "\n\t\r\n"])), places=cuts)
def test_the_rows_of_lines_are_those_in_them(limits, rows, ends, places):
    rows = [row for row in rows if is_short([row], {})] or [None]
    ends = (ends + ["\n"] * len(rows))[: len(rows)]
    body = "".join(json.dumps(row) + end for row, end in zip(rows, ends, strict=True))
    assert read(rows_of_lines(iter(pieces(body.encode(), places)))) == rows
    assert read(rows_of_lines(iter(pieces(body.rstrip().encode(), places)))) == rows


@many_examples
@given(row=objects, places=cuts, around=st.tuples(blanks, blanks))
def test_a_lone_object_is_a_row(row, places, around):
    body = around[0] + json.dumps(row) + around[1]
    assert read(rows_of_array(iter(pieces(body.encode(), places)))) == [row]


def test_rows_of_nested_objects_are_found_where_most_cuts_are_false():
    rows = [{"items": [{"n": number}] * 300, "text": "}, {" * 100} for number in range(600)]
    body = json.dumps(rows).encode()
    parts = pieces(body, range(0, len(body), 1024 * 1024))
    assert (len(parts) > 2, read(rows_of_array(iter(parts)))) == (True, rows)
