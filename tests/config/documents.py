"""The project's documents as tests read them: their code, tables and links; and what the code has that they name."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand

from tests.openapi_document import DOCUMENT

ROOT: Path = settings.BASE_DIR
APPS = ("config", "apiauth", "customers", "receivables")
DOCUMENTS = {
    str(path.relative_to(ROOT)): path.read_text()
    for path in [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")), *ROOT.glob("docs/*.md")]
}

_BLOCK = re.compile(r"^```\w*\n(.*?)^```$|((?:^ {4}[^\n]*\n)+)", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"`([^`\n]+)`")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def spans(text: str) -> list[str]:
    return _SPAN.findall(_BLOCK.sub("", text))


def code(text: str) -> list[str]:
    """Return the lines of code blocks, and the code within sentences."""
    blocks = "".join(fenced or indented for fenced, indented in _BLOCK.findall(text))
    return [*blocks.splitlines(), *spans(text)]


def section(name: str, heading: str) -> str:
    """Return what stands in a document below a heading, up to the next one."""
    _, *parts = re.split(rf"^#+ {re.escape(heading)}$", DOCUMENTS[name], flags=re.MULTILINE)
    assert len(parts) == 1, f"{name} has not one heading {heading!r}"
    return re.split(r"^#+ ", parts[0], maxsplit=1, flags=re.MULTILINE)[0]


def rows(name: str, heading: str) -> list[list[str]]:
    """Return the cells of each row of the tables below a heading, without the rows that head them."""
    found = re.findall(r"^\|(.*)\|$", section(name, heading), re.MULTILINE)
    return [cells for row in found if "`" in row and (cells := [cell.strip() for cell in row.split("|")])]


def first_cells(name: str, heading: str) -> list[str]:
    """Return the code in the first cells of the tables below a heading."""
    return [each for cells in rows(name, heading) for each in spans(cells[0])]


def headings(name: str) -> list[str]:
    return _HEADING.findall(_BLOCK.sub("", DOCUMENTS[name]))


def anchors(text: str) -> set[str]:
    """Return what links name the headings by."""
    names = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(_BLOCK.sub("", text)))
    return {name.replace(" ", "-") for name in names}


def links(text: str) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", _BLOCK.sub("", text))


def operations() -> dict[str, set[str]]:
    """Return the names of the query parameters of each operation, which is called as in `GET /jsonApi/invoices`."""
    return {
        f"{method.upper()} {path}": {each["name"] for each in operation["parameters"] if each["in"] == "query"}
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    }


def modules() -> Iterator[Path]:
    yield from (path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)
    yield from (ROOT / name for name in ("manage.py", "gunicorn.conf.py"))


def variables() -> set[str]:
    """Return the environment variables that the code reads."""
    return {name for path in modules() for name in _variables_of(ast.parse(path.read_text()))}


def _variables_of(tree: ast.Module) -> Iterator[str]:
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=reader), args=[name, *_]) if _reads_environment(reader):
                yield from _text_of(name, constants)
            case ast.Subscript(value=reader, slice=name, ctx=ast.Load()) if _reads_environment(reader):
                yield from _text_of(name, constants)


def _reads_environment(node: ast.expr) -> bool:
    return ast.unparse(node) in ("env", "os.environ")


def _text_of(node: ast.expr, constants: dict[str, Any]) -> Iterator[str]:
    value = node.value if isinstance(node, ast.Constant) else constants.get(getattr(node, "id", ""))
    if isinstance(value, str) and value != "DJANGO_SETTINGS_MODULE":
        yield value


def own_commands() -> set[str]:
    return {name for name, app in get_commands().items() if app.partition(".")[0] in APPS}


def options(command: str) -> set[str]:
    """Return the options of a command and of its subcommands."""
    known = get_commands()
    return _options_of(load_command_class(known[command], command).create_parser("manage.py", command))


def own_options(command: str) -> set[str]:
    """Return those that only this command has."""
    return options(command) - _options_of(BaseCommand().create_parser("manage.py", command))


def choices(command: str) -> set[str]:
    """Return what the options of a command can be chosen from."""
    parser: Any = load_command_class(get_commands()[command], command).create_parser("manage.py", command)
    own = [each for each in parser._actions if own_options(command) & {*each.option_strings}]
    return {str(choice) for each in own for choice in each.choices or ()}


def _options_of(parser: Any) -> set[str]:
    found = set(parser._option_string_actions)
    for action in parser._actions:
        if isinstance(action.choices, dict):  # of subcommands, each a parser
            found = found.union(*map(_options_of, action.choices.values()))
    return found
