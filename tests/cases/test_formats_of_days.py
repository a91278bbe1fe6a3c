"""How a table writes its days: proved by its values, stated by whoever sends it, never guessed."""

import pytest

from receivables.uploads.files.messages import FileRefused
from tests.cases.formats import days


@pytest.mark.parametrize("cell", ["2026-01-31", "20260131", "2026-01-31T10:00:00Z", "2026-01-31 10:00", "2026/1/31"])
def test_a_day_of_another_format_cannot_be_taken_for_one(cell):
    assert days(cell, dates="31.12.2025") == [{"#otherFormat": cell}]


PROVED_DAYS = {
    "ISO": (["2026-01-31"], ["2026-01-31"]),
    "ISO without hyphens": (["20260131", "00000000"], ["20260131", "00000000"]),
    "ISO with slashes": (["2026/1/31"], ["2026-01-31"]),
    "German": (["31.12.2025", "1.2.2026"], ["2025-12-31", "2026-02-01"]),
    "American": (["12/31/2025", "01/02/2026"], ["2025-12-31", "2026-01-02"]),
    "British": (["31/12/2025", "01/02/2026"], ["2025-12-31", "2026-02-01"]),
    "American without padding": (["1/26/2013", "1/2/2013"], ["2013-01-26", "2013-01-02"]),
    "the same day and month": (["01/01/2026", "2/2/2026"], ["2026-01-01", "2026-02-02"]),
    "a time of day": (["31.12.2025 14:05"], ["2025-12-31T14:05:00"]),
    "a time of twelve hours": (["1/26/2013 2:05:30 PM"], ["2013-01-26T14:05:30"]),
    "midnight of twelve hours": (["1/26/2013 12:00 AM"], ["2013-01-26T00:00:00"]),
    "ISO and a time": (["2026-01-31 00:00:00"], ["2026-01-31T00:00:00"]),
    "an instant": (["2026-01-31T23:30:00Z"], ["2026-01-31T23:30:00Z"]),
}


@pytest.mark.parametrize(("cells", "expected"), PROVED_DAYS.values(), ids=PROVED_DAYS)
def test_a_day_of_one_reading_proves_the_format_of_all(cells, expected):
    assert days(*cells) == expected


@pytest.mark.parametrize("cell", ["01/02/2026", "1/2/2026", "12/11/2025", "3/4/2026 10:00", "11/10/2025"])
def test_a_day_of_two_readings_is_refused_with_the_option(cell):
    with pytest.raises(FileRefused, match="--date-format"):
        days("10/10/2025", cell)


def test_a_stated_format_reads_all_days():
    cells = ["01/02/2026", "31/12/2025"]
    assert days(*cells, dates="31/12/2025") == ["2026-02-01", "2025-12-31"]
    assert days(*cells, dates="12/31/2025") == ["2026-01-02", "31/12/2025"]


OF_TWO_FORMATS = [["31/12/2025", "12/31/2025"], ["31.12.2025", "2025-12-31"], ["20251231", "1/26/2013"]]


@pytest.mark.parametrize("cells", OF_TWO_FORMATS)
def test_days_of_two_formats_are_both_named(cells):
    with pytest.raises(FileRefused) as refused:
        days(*cells)
    assert all(f'"{cell}"' in str(refused.value) for cell in cells)


NO_DAYS = ["31.12.25", "12/31/25", "31.02.2026", "32.1.2026", "soon", "31-12-2025", "0000-00-00"]


@pytest.mark.parametrize("cell", NO_DAYS)
def test_what_is_no_day_of_the_format_stays_a_text(cell):
    assert days(cell, "31.12.2025") == [cell, "2025-12-31"]
