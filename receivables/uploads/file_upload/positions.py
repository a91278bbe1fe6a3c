"""Where the rows of an upload stand in the file that staff chose."""

from receivables.uploads.files.positions import place_at
from receivables.uploads.models import Upload


def place_of(upload: Upload, index: int) -> int | None:
    """Return the number of a row as people count it: its line in the file, else its place among the rows. None where
    lines jump too often to be known.
    """
    return place_at(upload.file_lines, index)
