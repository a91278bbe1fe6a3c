"""Whatever a parameter of the document is given, no answer is a 500, and what is refused names the parameter."""

import json
import re
from urllib.parse import quote

import pytest

from tests.openapi_document import DOCUMENT
from tests.uploads.loads import begin

pytestmark = pytest.mark.full

ODD = {
    "a NUL": "a\0b",
    "a lone surrogate": "\udcff",
    "both halves as bytes": "\ud83e\uddfe",
    "ten thousand characters": "x" * 10_000,
    "ten thousand digits": "9" * 10_000,
    "ten thousand decimal places": "0." + "3" * 10_000,
    "ten thousand commas": "," * 10_000,
    "ten thousand colons": ":" * 10_000,
    "a plus that was not escaped": "2026-01-31T18:00:00 00:00",
    "an offset beyond the calendar": "0001-01-01T00:00:00+14:00",
    "an offset behind the calendar": "9999-12-31T23:59:59-14:00",
    "a year of five digits": "10000-01-01",
    "a week": "2026-W05-6",
    "the 30th of February": "2026-02-30",
    "digits of another script": "١٢٣",
    "a superscript": "²",
    "no number": "NaN",
    "infinity": "-Infinity",
    "a huge exponent": "1e999999999",
    "a tiny exponent": "1e-999999999",
    "less than nothing": "-1",
    "a blank between": "1 2",
    "an id in braces": "{0195b7a4-7c1e-7d2a-9f63-1c2b3a4d5e6f}",
    "an id as URN": "urn:uuid:0195b7a4-7c1e-7d2a-9f63-1c2b3a4d5e6f",
    "a percent sign": "%",
    "a backslash": "\\",
    "JSON": '{"a": [1]}',
}
# A part of the values for each parameter, and for the next one another: most are read by the same code. At night, all.
SHARES = [pytest.param(4, id="a quarter"), pytest.param(1, id="all", marks=pytest.mark.nightly)]
REFUSALS = (400, 404, 409, 422)


def operations():
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method, path, [each for each in operation["parameters"] if each["in"] in ("query", "path")]


OPERATIONS = [pytest.param(*each, id=f"{each[0]} {each[1]}") for each in operations() if each[2]]


def valid(parameter):
    """Return values that the document shows."""
    schema = parameter["schema"]
    shown = [*schema.get("examples", ()), *schema.get("enum", ()), parameter.get("example")]
    shown += [each["value"] for each in parameter.get("examples", {}).values()]
    return [json.dumps(each) if isinstance(each, bool) else str(each) for each in shown if each is not None][:1]


def odd_values(parameter):
    behind = [f"{value}{odd}" for value in valid(parameter) for odd in ("\0", "\udcff", " ", "\n", "٣")]
    return [*ODD.values(), *behind]


def wrong(response, name):
    """Return what is wrong with an answer to an odd value of a parameter."""
    if response.status_code == 200:
        return None
    body = json.loads(response.getvalue())
    is_named = name in json.dumps(body.get("errors", "")) + body.get("detail", "")
    is_read = body.get("outcome") == "refused"  # the rows are not as expected
    is_right = response.status_code in REFUSALS and (is_named or is_read or name == "id")
    return None if is_right else (response.status_code, body)


def with_query(path, name, sent):
    """Return the path with a parameter, in place of the one of this name that it has already."""
    bare, _, query = path.partition("?")
    others = [each for each in query.split("&") if each and not each.startswith(f"{name}=")]
    return f"{bare}?{'&'.join([*others, f'{name}={sent}'])}"


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize(("method", "path", "parameters"), OPERATIONS)
def test_no_value_of_a_parameter_is_an_error_of_ours(method, path, parameters, share, path_to, client):
    route = re.sub(r"{id}", "<id>", path.lstrip("/"))
    found = []
    for at, parameter in enumerate(parameters):
        name = parameter["name"]
        for value in odd_values(parameter)[at % share :: share]:
            sent = quote(value, safe="", errors="surrogatepass")
            url = path.replace("{id}", sent) if parameter["in"] == "path" else with_query(path_to(route), name, sent)
            body = {"data": [], "format": "json"} if method == "post" else {}
            if problem := wrong(getattr(client, method)(url, **body), name):
                found.append((name, value[:60], problem))
    assert found == []


ODD_JSON = [
    *ODD.values(),
    None,
    [],
    {},
    [[]],
    [{}],
    [None],
    True,
    -1,
    1.5,
    10**400,
    ["x" * 33],
    ["\0"],
    ["\udcff"],
    ["1"] * 1001,
]
MEMBERS = {
    "": ["resource", "companyCodes", "extractedAt"],
    "/commit": ["parts", "expectedRows", "expectedOpen", "dryRun", "allowEmpty"],
}


@pytest.mark.parametrize(("step", "name"), [(step, name) for step, names in MEMBERS.items() for name in names])
def test_no_value_of_a_member_is_an_error_of_ours(step, name, client):
    path = f"{begin(client)}/commit" if step else "/jsonApi/snapshots"
    whole = {} if step else {"resource": "invoices", "companyCodes": ["2000"]}
    found = []
    for value in ODD_JSON:
        body = json.dumps(whole | {name: value})
        response = client.post(path, body, content_type="application/json")
        is_read = response.status_code in (201, 207) or "empty_snapshot" in response.content.decode()
        if not is_read and (problem := wrong(response, name)):
            found.append((str(value)[:60], problem))
    assert found == []
