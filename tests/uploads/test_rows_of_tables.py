"""Rows that were cells of a table, as `Prefer: source=table` says."""

import pytest

pytestmark = pytest.mark.django_db


def test_the_preference_is_honoured_and_part_of_what_was_asked(upload):
    answer = upload([], headers={"Prefer": "source=table, handling=lenient"})
    assert answer["Preference-Applied"] == "source=table, handling=lenient"
