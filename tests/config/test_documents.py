"""README and docs name what there is, and leave nothing out: addresses, parameters, settings, options, codes."""

import json
import re
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import Resolver404, resolve

from tests.config.documents import (
    DOCUMENTS,
    ROOT,
    anchors,
    choices,
    code,
    first_cells,
    headings,
    links,
    modules,
    operations,
    options,
    own_commands,
    own_options,
    rows,
    section,
    spans,
    variables,
)
from tests.openapi_document import DOCUMENT

API = "docs/api.md"
BESIDE_THE_API = {"GET /", "GET /healthz", "GET /readyz", "GET /jsonApi/docs", "GET /jsonApi/schema"}
AN_ID = "0195b7a4-7c1e-7d2a-9f63-1c2b3a4d5e6f"
# Variables that libraries, tests and the Makefile read.
NOT_OURS = {
    "HTTPS_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "TMPDIR",
    "PROGRAMS_REQUIRED",
    "AGAINST",
    "INVOICES",
    "PART",
    "ROWS",
    "LANE",
}
PLACEHOLDERS = {"NAME", "INV_0131"}
VARIABLE = re.compile(r"(?<![\w/])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b|\b[A-Z][A-Z0-9]+(?==)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
ADDRESS = re.compile(r"(?:https?://[^/\s]+|(?<![\w.]))(/(?:jsonApi|admin|healthz|readyz)\b[^\s`\"'?)]*)")
every_document = pytest.mark.parametrize("name", DOCUMENTS)


@every_document
def test_each_document_begins_with_whom_it_is_for(name):
    assert re.match(r"# .+\n\n(For \w+|## Report)", DOCUMENTS[name])


@every_document
def test_links_lead_to_files_and_headings(name):
    broken = [link for link in links(DOCUMENTS[name]) if "://" not in link and not _leads_somewhere(name, link)]
    assert broken == []


def _leads_somewhere(name: str, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (ROOT / name).parent / path if path else ROOT / name
    return target.exists() and (not anchor or anchor in anchors(target.read_text()))


@every_document
def test_addresses_that_documents_name_answer(name):
    found = ADDRESS.findall("\n".join(code(DOCUMENTS[name])))
    assert [address for address in found if not _answers(address)] == []


def _answers(address: str) -> bool:
    try:
        matches = [resolve(address.replace("{id}", value)) for value in ("1", AN_ID)]
    except Resolver404:
        return "{id}" in address and any(_answers(address.replace("{id}", value)) for value in ("1", AN_ID))
    return all(not match.route.endswith("(?P<url>.*)$") for match in matches)


def test_the_api_document_names_every_operation():
    named = set(first_cells(API, "Addresses"))
    assert named == operations().keys() | BESIDE_THE_API


def _filters(*headings: str) -> set[str]:
    found = set()
    for names, lookups, _ in chain.from_iterable(rows(API, heading) for heading in headings):
        ends = [*([] if lookups.startswith("only") else [""]), *spans(lookups)]
        found |= {name + end for name in spans(names) for end in ends}
    return found


def _list_options(*of: str) -> set[str]:
    listed = rows(API, "Options of lists")
    return {name for names, lists, _ in listed for name in spans(names) if {*of, "every list"} & {*lists.split(", ")}}


def _assignments(heading: str) -> set[str]:
    return {name.partition("=")[0] for name in first_cells(API, heading) if re.match(r"\w+=", name)}


def _of_invoices() -> set[str]:
    return _filters("Filters of invoices", "Filters of both lists") | _list_options("invoices")


def _of_customers() -> set[str]:
    return _filters("Filters of customers", "Filters of both lists") | _list_options("customers")


# What the document names for an operation.
PARAMETERS: dict[str, Callable[[], set[str]]] = {
    "GET /jsonApi/invoices": _of_invoices,
    "GET /jsonApi/customers/{id}/invoices": _of_invoices,
    "GET /jsonApi/customers": _of_customers,
    "GET /jsonApi/snapshots": lambda: {*first_cells(API, "Filters of full loads")} | _list_options("uploads"),
    "GET /jsonApi/snapshots/{id}/missing": lambda: _of_invoices() - {"knownAt"} | {"fate"},
    "GET /jsonApi/uploads": lambda: _list_options("uploads"),
    "GET /jsonApi/reports/aging": lambda: {*first_cells(API, "The aging report")},
    "GET /jsonApi/reports/movements": lambda: {*first_cells(API, "Movements")},
    "GET /jsonApi/uploads/{id}/changes": lambda: {*first_cells(API, "Movements")} - {"since", "until"},
    "GET /jsonApi/customers/{id}/statement": lambda: {*first_cells(API, "The statement of account")},
    "POST /jsonApi/upload/invoices": lambda: _assignments("Options of an upload") | _assignments("Full loads"),
    "POST /jsonApi/uploads/{id}/undo": lambda: _assignments("Taking back"),
    "POST /jsonApi/snapshots/{id}/undo": lambda: _assignments("Taking back"),
    "POST /jsonApi/upload/customers": lambda: _assignments("Options of an upload") - {"expectedTotal"},
}


@pytest.mark.parametrize("operation", PARAMETERS)
def test_the_api_document_names_every_parameter(operation):
    assert PARAMETERS[operation]() == operations()[operation]


def test_other_operations_have_options_of_lists_alone():
    others = operations().keys() - PARAMETERS.keys()
    assert set().union(*(operations()[name] for name in others)) <= _list_options("invoices")


@every_document
def test_parameters_in_addresses_of_documents_exist(name):
    queries = [each for each in code(DOCUMENTS[name]) if "/jsonApi/" in each or each.startswith("?")]
    used = set(re.findall(r"[?&](\w+)=", "\n".join(queries)))
    assert used - set().union(*operations().values()) == set()


def test_the_api_document_shows_a_whole_receipt():
    [receipt] = re.findall(r"^```json\n(.*?)^```", section(API, "The receipt"), re.DOTALL | re.MULTILINE)
    assert [*json.loads(receipt)] == [*DOCUMENT["components"]["schemas"]["Receipt"]["properties"]]


def test_the_api_document_names_every_format_of_lists():
    parameters = DOCUMENT["paths"]["/jsonApi/invoices"]["get"]["parameters"]
    [formats] = [each["schema"]["enum"] for each in parameters if each["name"] == "format"]
    assert {*first_cells(API, "Lists as files"), "json"} == {*formats}


@pytest.mark.parametrize(("heading", "schema"), [("Warnings", "WarningCode"), ("Errors", "ErrorCode")])
def test_the_api_document_names_every_code(heading, schema):
    named = {each for cells in rows(API, heading) for each in spans(cells[0 if schema == "WarningCode" else 1])}
    assert named == {*DOCUMENT["components"]["schemas"][schema]["enum"]}


def test_the_document_of_settings_names_every_variable():
    named = [first_cells("docs/configuration.md", heading) for heading in headings("docs/configuration.md")]
    assert set(chain(*named)) == variables()


@every_document
def test_variables_that_documents_name_are_read(name):
    used = set(VARIABLE.findall("\n".join(code(DOCUMENTS[name]))))
    assert used - variables() - NOT_OURS - PLACEHOLDERS == set()


def test_the_document_of_operations_names_every_command_of_ours():
    assert own_commands() - {*re.findall(r"manage\.py (\w+)", DOCUMENTS["docs/operations.md"])} == set()


@every_document
def test_commands_and_their_options_exist(name):
    lines = [line for line in code(DOCUMENTS[name]) if "manage.py " in line]
    used = [(command, line) for line in lines for command in re.findall(r"manage\.py (\w+)", line)]
    assert {command for command, _ in used} - get_commands().keys() == set()
    known = {command: options(command) for command, _ in used}
    for line in lines:
        commands = re.findall(r"manage\.py (\w+)", line)
        assert set(OPTION.findall(line)) <= set().union(*(known[command] for command in commands)), line


@pytest.mark.parametrize(
    ("name", "heading", "command"),
    [("docs/send_feed.md", "", "send_feed"), ("docs/operations.md", "create_api_key", "create_api_key")],
)
def test_every_option_of_a_command_is_named(name, heading, command):
    text = section(name, heading) if heading else DOCUMENTS[name]
    named = set(OPTION.findall("\n".join(code(text))))
    assert own_options(command) - named == set()
    assert named - options(command) == set()
    assert choices(command) - {each.split()[-1] if each.startswith("--") else each for each in code(text)} == set()


def test_targets_of_make_are_named_and_exist():
    [targets] = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = {
        each for text in DOCUMENTS.values() for line in code(text) for each in re.findall(r"\bmake ([a-z][\w-]*)", line)
    }
    assert named == {*targets.split()}


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_folders_and_modules_that_documents_name_exist(name):
    named = [each for each in spans(DOCUMENTS[name]) if re.fullmatch(r"\w[\w./-]*/[\w./-]*|\w+\.py", each)]
    homes = (ROOT, ROOT / "receivables" / "uploads")
    assert [each for each in named if not any((home / each).exists() for home in homes)] == []


def test_the_map_names_every_folder_of_modules():
    named = {*first_cells("README.md", "Map")}
    folders = {_shown(path.parent) for path in modules() if path.name not in ("__init__.py", "apps.py")}
    assert {each for each in folders if not each.startswith("./") and "management" not in each} - named == set()


def _shown(folder: Path) -> str:
    path = f"{folder.relative_to(ROOT)}/"
    return path.removeprefix("receivables/uploads/") or path


def test_the_document_of_operations_names_every_check():
    found = set(chain.from_iterable(re.findall(r'id="(\w+\.W\d+)"', path.read_text()) for path in modules()))
    assert {*first_cells("docs/operations.md", "Checks")} == found
