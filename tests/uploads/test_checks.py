"""Limits that contradict each other are known before the first upload."""

import shutil

import pytest
from django.db import connection

from receivables.uploads import checks


def ids(warnings):
    return [warning.id for warning in warnings]


def test_the_default_limits_agree(db):
    assert ids(checks.limits_agree()) == []
    assert ids(checks.proxy_takes_as_much()) == []
    assert ids(checks.database_gives_time(databases=["default"])) == []


def test_more_rows_than_the_bytes_can_hold_are_warned_of(settings):
    settings.UPLOAD_MAX_BYTES, settings.UPLOAD_MAX_ROWS = 59_999, 1000
    assert ids(checks.limits_agree()) == ["uploads.W001"]


@pytest.mark.parametrize(("proxy_max", "expected"), [(99, ["uploads.W002"]), (100, []), (None, [])])
def test_a_proxy_that_takes_less_is_warned_of(settings, proxy_max, expected):
    settings.UPLOAD_MAX_BYTES, settings.PROXY_MAX_BODY_BYTES = 100, proxy_max
    assert ids(checks.proxy_takes_as_much()) == expected


def test_a_temporary_folder_without_room_for_a_body_is_warned_of(settings):
    settings.UPLOAD_MAX_BYTES = shutil.disk_usage("/").total * 1000
    assert ids(checks.chunked_bodies_find_room()) == ["uploads.W003"]


@pytest.mark.parametrize(("timeout", "expected"), [("99s", ["uploads.W004"]), ("100s", []), ("0", [])])
def test_a_database_that_ends_long_statements_is_warned_of(db, timeout, expected):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [timeout])
    assert ids(checks.database_gives_time(databases=["default"])) == expected
