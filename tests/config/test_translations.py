"""The German of the admin: complete, and compiled as it is written."""

import io

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings

CATALOGUES = [folder / "de" / "LC_MESSAGES" / "django.po" for folder in settings.LOCALE_PATHS]
EACH = pytest.mark.parametrize("path", CATALOGUES, ids=[path.parts[-4] for path in CATALOGUES])


def catalogue(path):
    with path.open("rb") as file:
        return read_po(file, locale="de")


@EACH
def test_every_text_has_its_german(path):
    texts = [(message.id, message.string) for message in catalogue(path) if message.id]
    assert texts
    assert [text for text, german in texts if not all([german] if isinstance(german, str) else german)] == []


@EACH
def test_no_german_is_a_guess(path):
    assert [message.id for message in catalogue(path) if message.id and message.fuzzy] == []


@EACH
def test_what_is_compiled_is_what_is_written(path):
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(path))
    assert path.with_suffix(".mo").read_bytes() == compiled.getvalue()


@EACH
def test_german_keeps_every_placeholder(path):
    assert [(message.id, str(fault)) for message in catalogue(path) for fault in message.check()] == []
