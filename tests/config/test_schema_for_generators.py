"""What generators of clients make of the document: types that hold what is sent, and names that people would give."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.openapi_document import DOCUMENT

SOURCES = ("apiauth", "config", "customers", "receivables")
CODE = re.compile(r"""\bcode=["'](\w+)["']|["']code["']: ["'](\w+)["']""")


def parts(part, path=""):
    """Yield every object of the document that says of what type it is."""
    if isinstance(part, dict) and "example" not in path:
        if "type" in part:
            yield path, part
        for name, inner in part.items():
            yield from parts(inner, f"{path}/{name}")
    if isinstance(part, list):
        for number, inner in enumerate(part):
            yield from parts(inner, f"{path}/{number}")


@pytest.mark.parametrize(("kind", "form"), [("number", "double"), ("integer", "int64")])
def test_every_number_says_how_wide_it_is(kind, form):
    numbers = {path: part.get("format") for path, part in parts(DOCUMENT) if kind in part["type"]}
    assert len(numbers) > 5
    assert {path: found for path, found in numbers.items() if found != form} == {}


def test_no_schema_is_called_after_its_kind():
    assert [name for name in DOCUMENT["components"]["schemas"] if name.endswith("Enum")] == []


def test_every_body_and_answer_of_an_upload_has_a_name():
    upload = DOCUMENT["paths"]["/jsonApi/upload/invoices"]["post"]
    contents = [part.get("content", {}) for part in (upload["requestBody"], *upload["responses"].values())]
    schemas = [content["application/json"]["schema"] for content in contents if "application/json" in content]
    assert {schema["$ref"].rpartition("/")[2] for schema in schemas} == {"InvoiceRows", "UploadAnswer"}


def test_no_parameter_is_a_header_that_describes_the_body():
    named = {p["name"] for path in DOCUMENT["paths"].values() for way in path.values() for p in way["parameters"]}
    assert named & {"Content-Encoding", "Content-Type", "Accept", "Authorization"} == set()


def test_every_code_that_the_sources_name_is_in_the_document():
    known = {*DOCUMENT["components"]["schemas"]["ErrorCode"]["enum"]}
    files = [file for folder in SOURCES for file in Path(settings.BASE_DIR, folder).rglob("*.py")]
    texts = [file.read_text() for file in files if "admin" not in file.parts]
    assert {code for text in texts for found in CODE.findall(text) for code in found if code} - known == set()
