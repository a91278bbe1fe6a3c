"""A list that is sent back opens nothing again: its rows say themselves that they are closed."""

import pytest

from tests.cases.reading_back import FORMATS, downloaded, sent_back


def test_an_export_sent_back_changes_nothing(lacking_one):
    again = lacking_one.changes(lacking_one.found_as_sent())
    assert (again.counts, set(again.warnings)) == ({"unchanged": 100}, {"own_field"})
    assert lacking_one.closed() == {"I100"}


def test_an_export_sent_back_as_a_full_load_changes_nothing(lacking_one):
    again = lacking_one.full_load(lacking_one.found_as_sent())
    assert (again.outcome, again.counts) == ("nothing_to_close", {"unchanged": 100})


@pytest.mark.parametrize("file_type", FORMATS)
def test_a_file_sent_back_by_send_feed_changes_nothing(lacking_one, upload, file_type):
    written = downloaded(lacking_one.client, f"/jsonApi/invoices?format={file_type}")
    again = sent_back(upload, written, file_type, "invoices")
    assert (again["received"], again["unchanged"], lacking_one.closed()) == (100, 100, {"I100"})
