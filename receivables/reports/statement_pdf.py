"""A statement of account on paper.

A process of its own sets each one: the typesetter remembers what it set for its next ten documents, some 100 KB for
each line of a table, which is too much for a server. The data is set as text, never as markup.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

TEMPLATE = Path(__file__).with_name("statement.typ")
SECONDS = 100  # less than a request may take


def statement_pdf(body: dict[str, Any]) -> bytes:
    """Return the PDF of a statement: the same bytes for the same data."""
    # No shell reads the command, and nothing of a request is in it.
    command = [sys.executable, "-I", __file__]
    return subprocess.check_output(command, input=msgspec.json.encode(body), timeout=SECONDS, env={})  # noqa: S603


if __name__ == "__main__":
    # Only the process of its own needs these. The fonts are those of a package: a PDF is the same on every machine.
    import typst
    from fontpkg_noto_sans import ROOT as NOTO_SANS

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[NOTO_SANS / "files"])
    inputs = {"data": sys.stdin.buffer.read().decode()}
    sys.stdout.buffer.write(typst.compile(TEMPLATE.read_bytes(), font_paths=fonts, sys_inputs=inputs, format="pdf"))
