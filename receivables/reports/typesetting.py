"""Documents on paper: a template and its data become a PDF.

A process of its own sets each: the typesetter remembers what it set for its next ten documents, some 100 KB for each
line of a table, which is more than a server should keep. What stands in the data is text and never markup.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

TYPESETTER = Path(__file__).with_name("typesetter.py")
SECONDS = 100  # less than a request may take


def typeset(template: Path, data: dict[str, Any]) -> bytes:
    """Return the PDF of a template, which finds the data as JSON in its inputs: the same bytes for the same data."""
    command = [sys.executable, "-I", str(TYPESETTER), str(template)]
    done = subprocess.run(  # noqa: S603, no shell reads it, and nothing of a request is in it
        command, input=msgspec.json.encode(data), stdout=subprocess.PIPE, timeout=SECONDS, check=True, env={}
    )
    return done.stdout
