"""Rows as text whose values are now and then odd: as strategies, and many at once by a random number."""

import json
from random import Random

from hypothesis import strategies as st

TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["1e3", "0.1234e4", "1.2E+3", "-1e-2", "1e400"]),
    st.sampled_from(["", " ", "0000012345", "20260131", "2026-01-31", "2026-02-30", "00000000", "12-", "(7)", "1,5"]),
    st.sampled_from(
        ["2026-01-31T10:00:00Z", "10:00", 'a": 1', "x" * 400, "\0", "\ud800", "\u00a0", "[email protected]"]
    ),
    st.dates().map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
)
LITERALS = st.one_of(
    st.integers(-(10**20), 10**20).map(str),
    st.tuples(st.integers(-99, 10**9), st.sampled_from([".0", ".5", ".1234", ".00001", "e3", "E-2", "e400"])).map(
        lambda parts: f"{parts[0]}{parts[1]}"
    ),
    st.sampled_from(
        ["0", "-0", "-0.0", "12", "12.0", "12.5", "1e3", "1e400", "true", "false", "null", "NaN", "-Infinity", "01"]
    ),
)
TEXT_LITERALS = st.tuples(TEXTS, st.booleans()).map(lambda pair: json.dumps(pair[0], ensure_ascii=pair[1]))
DAYS = st.dates().map(lambda day: f'"{day}"') | st.sampled_from(
    [
        *('"20260131"', '"2026-01-31T10:00:00Z"', '"00000000"', '""', '" 2026-01-31 "', '"2026-02-30"', "null"),
        *("20260131", '"2026-01-31 10:00"', '"20260131T1000+01"', '"0000-00-00"', '"00.00.0000"', '"0001-01-01"'),
    ]
)
AMOUNTS = {"invoiceAmount", "localAmount"}
OF_LISTS = ["id", "openAmount", "createdAt", "updatedAt", "extra"]  # names that uploads lack
SCALARS = LITERALS | TEXT_LITERALS
BLANKS = st.sampled_from(["", "", "", " ", "\n", "\t "])


def as_object(pairs: list[tuple[str, str, str]]) -> str:
    """Write an object as it comes, keys twice and all."""
    return "{" + ",".join(f"{json.dumps(key)}{blank}:{blank}{value}" for key, blank, value in pairs) + "}"


def objects(keys: st.SearchStrategy[str], values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(st.tuples(keys, BLANKS, values), max_size=8).map(as_object)


def arrays(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(values, max_size=3).map(lambda items: "[" + ", ".join(items) + "]")


REQUIRED = {"customerNumber", "invoiceNumber", "invoiceAmount", "customerno", "emailaddress1"}
INNER_KEYS = st.sampled_from(["a", "b", "a:b", ""])
INNER = SCALARS | arrays(SCALARS) | objects(INNER_KEYS, SCALARS)
VALUES = SCALARS | arrays(INNER) | objects(INNER_KEYS, INNER)


def a_change(name: str) -> st.SearchStrategy[tuple[str, str, str]]:
    """Another value for a field: more often than not one of its type."""
    fitting = (
        DAYS
        if "Date" in name
        else LITERALS | TEXT_LITERALS
        if name in AMOUNTS
        else VALUES
        if "Addr" in name
        else TEXT_LITERALS
    )
    return st.tuples(st.just(name), BLANKS, st.one_of(fitting, fitting, fitting, fitting, VALUES))


def rows_like(example: dict[str, object]) -> st.SearchStrategy[str]:
    """Rows of mostly good values with some changed, left out, added, misspelt or repeated."""
    names = st.sampled_from([*example, "dueDat", "", "a:b", "colour", *OF_LISTS, "extra"])
    changes = st.lists(names.flatmap(a_change), max_size=4, unique_by=lambda change: change[0])
    good = {key: (key, "", json.dumps(value)) for key, value in example.items()}
    optional = [key for key in good if key not in REQUIRED]
    left_out = st.one_of(
        st.sets(st.sampled_from(optional)), st.just(set(optional)), st.just(set()), st.sets(st.sampled_from([*good]))
    )

    def row(changed: list[tuple[str, str, str]], absent: set[str], repeats: bool) -> str:
        replaced = absent if repeats else absent | {key for key, _, _ in changed}
        return as_object(changed + [pair for key, pair in good.items() if key not in replaced])

    return st.builds(row, changes, left_out, st.sampled_from([False, False, False, True]))


ODD_VALUES = [
    *("null", "true", "false", "NaN", "-Infinity", "[]", "{}", "01", "tru"),
    *("0", "-0", "-0.0", "7", "-12", "12.0", "12.50", "0.0001", "1.00001", "1e3", "1E-2", "1e400", "9" * 19, "9" * 25),
    *('""', '" "', '"0"', '"0012"', '"12-"', '"(7)"', '"1,5"', '"1.5e3"', '"7.10"', '" a "', '"a:b"', '"}, {"'),
    *('"2026-01-31"', '"20260131"', '"00000000"', '"2026-02-30"', '"2026-01-31T10:00:00Z"', '"2026-1-3"'),
    *(
        r'"\u0041"',
        r'"\u003a"',
        r'"\u0000"',
        r'"\ud83d\ude42"',
        r'"\ud800"',
        r'"\n\/\""',
        '"ä🙂"',
        '"\u00a0"',
        '"a\tb"',
    ),
    *('"' + "x" * length + '"' for length in (16, 17, 32, 33, 64, 65, 255, 256, 320, 321, 2000, 2001)),
    *('{"a": 1}', '{"a": 1, "a": 2}', '{"a:b": ":"}', '[1.10, {"b": [null, "x:y"]}]', '{"a": {"a": 1e400}}'),
    *("[" * depth + "]" * depth for depth in (31, 32, 33, 34)),
    '"' + "x" * 70_000 + '"',
    *('"17850.0"', '"017850.00"', '"17850,0"', '"1.000"', '"0.0"', '"-0.0"', "17850.0", "17850.00", "-5.0"),
    *('"1.93044E+09"', '"1,93044E+09"', '"1.2E9"', '"12E5"', '"1e+9"', '"########"', "1.93044E+09", "1e+9"),
    *('"nan"', '"NaN"', '"NULL"', '"None"', '"#N/A"', '"#NV"', '"<NA>"', '"#1"', '"nan "'),
    *('"INV-1\u200b"', '"\u202dINV-1\u202c"', '"\ufeff0000012345"', '"\u200b"', '"1\u00ad \u2060"', '"\ufeffnan"'),
    '"' + "\u200b" * 70 + '1"',
    '"[40000 characters, more than a cell can hold: format=csv and format=ndjson give them all]"',
    *('{"colour": "red", "": 1.50}', '{"a": "[b: 1"}', '{"a": {"b:": 1}, "c": 1e3}', '{"id": 1, "extra": {}}'),
]


def a_row_like(example: dict[str, object], random: Random) -> str:
    """A row whose good values are here and there replaced by odd ones: many of them in the time of few others."""
    names = [name for name in example if name in REQUIRED or random.random() < 0.7]
    row = [(name, "", json.dumps(example[name], ensure_ascii=random.random() < 0.5)) for name in names]
    for place in random.sample(range(len(row)), random.choice([0, 1, 1, 2])):
        row[place] = (row[place][0], random.choice(["", " ", "\n"]), random.choice(ODD_VALUES))
    if random.random() < 0.2:
        row.append((random.choice([*example, "colour", "a:b", "", *OF_LISTS]), "", random.choice(ODD_VALUES)))
    return as_object(random.sample(row, len(row)) if random.random() < 0.3 else row)
