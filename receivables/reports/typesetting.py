"""Documents on paper: a template and its data become a PDF. Also the process that does it, once for each.

The typesetter remembers what it set for its next ten documents, some 100 KB for each line of a table, which is more
than a server should keep; a process of its own gives everything back. What stands in the data is text and never markup.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import typst
from fontpkg_noto_sans import ROOT as NOTO_SANS

SECONDS = 100  # less than a request may take


def typeset(template: Path, data: dict[str, Any]) -> bytes:
    """Return the PDF of a template, which finds the data as JSON in its inputs: the same bytes for the same data."""
    command = [sys.executable, "-I", __file__, str(template)]
    done = subprocess.run(  # noqa: S603, no shell reads it, and nothing of a request is in it
        command, input=msgspec.json.encode(data), stdout=subprocess.PIPE, timeout=SECONDS, check=True, env={}
    )
    return done.stdout


def _pdf(template: bytes, data: str) -> bytes:
    """The fonts are those of a package, so that a document looks alike on every machine."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[NOTO_SANS / "files"])
    return typst.compile(template, font_paths=fonts, sys_inputs={"data": data}, format="pdf")


if __name__ == "__main__":
    sys.stdout.buffer.write(_pdf(Path(sys.argv[1]).read_bytes(), sys.stdin.buffer.read().decode()))
