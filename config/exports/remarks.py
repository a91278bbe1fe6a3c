"""What stands in a workbook for a text that no cell can hold."""

import re

BEFORE = "["
BEHIND = " characters, more than a cell can hold: format=csv and format=ndjson give them all]"
_REMARK = re.compile(rf"{re.escape(BEFORE)}\d+{re.escape(BEHIND)}", re.ASCII)


def is_remark(text: object) -> bool:
    return isinstance(text, str) and text.endswith(BEHIND) and _REMARK.fullmatch(text) is not None
