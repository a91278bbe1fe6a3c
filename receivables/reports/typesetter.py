"""The process that sets one document: its template is the argument, its data come as JSON, and a PDF leaves.

The fonts are those of a package, so that a document looks alike on every machine.
"""

import sys
from pathlib import Path

import typst
from fontpkg_noto_sans import ROOT as NOTO_SANS


def pdf(template: bytes, data: str) -> bytes:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[NOTO_SANS / "files"])
    return typst.compile(template, font_paths=fonts, sys_inputs={"data": data}, format="pdf")


if __name__ == "__main__":
    sys.stdout.buffer.write(pdf(Path(sys.argv[1]).read_bytes(), sys.stdin.buffer.read().decode()))
