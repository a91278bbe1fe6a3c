"""The code and the pages speak the field's language: words of our own that were replaced do not come back."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po
from django.conf import settings

from receivables.uploads.admin.texts import TEXTS
from receivables.uploads.warnings import WARNINGS

APPS = ("config", "apiauth", "customers", "receivables")
# What each was replaced by stands in docs/glossary.md.
OLD_WORDS = {
    *("anew", "asked", "beyond", "chosen", "desk", "kept", "looked", "lying", "mend", "mended", "oddity", "place"),
    *("places", "standing", "standings", "strike", "struck", "taken", "told", "took", "wanting"),
}
OLD_PHRASES = (
    *("anew", "its life", "lying in", "mend", "not taken", "stands", "strike", "struck", "told", "what became of"),
    *("what is wanting", "wanting"),
)
PLAIN = re.compile("decimal_?places", re.IGNORECASE)  # the field's own use of an old word
ON_THE_WIRE = {*TEXTS.values(), *WARNINGS.values()}
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def modules() -> list[Path]:
    files = [file for app in APPS for file in (settings.BASE_DIR / app).rglob("*.py")]
    return [file.relative_to(settings.BASE_DIR) for file in files if "migrations" not in file.parts]


def names_of(module: Path) -> Iterator[str]:
    """Yield the names of the module, and of its classes, their fields, functions and arguments."""
    yield from module.with_suffix("").parts
    for node in ast.walk(ast.parse((settings.BASE_DIR / module).read_text())):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name
            case ast.arg():
                yield node.arg
            case ast.ClassDef():
                yield node.name
                yield from (found.id for line in node.body for found in ast.walk(line) if is_field(line, found))


def is_field(line: ast.stmt, node: ast.AST) -> bool:
    return (
        isinstance(line, ast.Assign | ast.AnnAssign) and isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )


def test_names_of_the_code_have_no_old_word():
    old = {str(module): {name for name in names_of(module) if has_old_word(name)} for module in modules()}
    assert {module: names for module, names in old.items() if names} == {}


def has_old_word(name: str) -> bool:
    return bool(OLD_WORDS & {word.lower() for word in WORD.findall(PLAIN.sub("", name))})


def test_texts_of_pages_have_no_old_phrase():
    """What receipts send is older than these words, and stays as it is for the programs that read it."""
    phrases = re.compile(rf"\b({'|'.join(OLD_PHRASES)})\b", re.IGNORECASE)
    with (settings.BASE_DIR / "config/locale/de/LC_MESSAGES/django.po").open("rb") as file:
        texts = [
            message.id if isinstance(message.id, str) else message.id[0] for message in read_po(file) if message.id
        ]
    assert [text for text in texts if phrases.search(text) and text not in ON_THE_WIRE] == []
