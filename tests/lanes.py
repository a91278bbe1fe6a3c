"""Which tests run when: by day, before a release, at night.

- day: all that one waits for between two commits. No servers and no browser, but for a smoke test of each.
- full: everything that proves a release; the lane of a run without `--lane`.
- nightly: what takes minutes, and properties with twenty times their examples.

`--left-out` collects what the lane leaves out, and runs none of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings

LANES = ("day", "full", "nightly")
WITH_SERVERS = ("attacks", "browser", "faults", "http")  # folders whose tests need servers or a browser
EXAMPLES = {"day": 0.1, "full": 1, "nightly": 20}  # of a property, as a share of those in the full lane
FEWEST_EXAMPLES = 5


def add_options(parser: pytest.Parser) -> None:
    parser.addoption("--lane", choices=LANES, default="full", help="which tests run (tests/lanes.py)")
    parser.addoption("--left-out", action="store_true", help="list the tests that the lane leaves out")


def set_up_properties(config: pytest.Config) -> None:
    """Set what holds for every property. Fixtures are made once for all its examples, which take back what they do."""
    lane = config.getoption("--lane")
    settings.register_profile(
        lane,
        max_examples=_scaled(100, lane),
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    settings.load_profile(lane)


def examples(count: int, at_night: int | None = None) -> settings:
    """Return the settings of a property that has so many examples in the full lane, and in the nightly one `at_night`
    where each takes long.
    """
    lane = settings.get_current_profile_name()
    return settings(max_examples=at_night if at_night and lane == "nightly" else _scaled(count, lane))


@contextmanager
def rolled_back() -> Iterator[None]:
    """Take back what an example of a property stores: its fixtures serve all examples."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def deselect(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave in `items` those of the lane, or with `--left-out` the others."""
    lane, is_reversed = config.getoption("--lane"), config.getoption("--left-out")
    chosen = [item for item in items if _runs_in(lane, item) is not is_reversed]
    config.hook.pytest_deselected(items=[item for item in items if _runs_in(lane, item) is is_reversed])
    items[:] = chosen


def needs_server(item: pytest.Item) -> bool:
    return item.path.parent.name in WITH_SERVERS


def _runs_in(lane: str, item: pytest.Item) -> bool:
    marks = {mark.name for mark in item.iter_markers()}
    if lane == "nightly":
        return "nightly" in marks or "hypothesis" in marks
    if "nightly" in marks:
        return False
    return lane == "full" or "smoke" in marks or not ("full" in marks or needs_server(item))


def _scaled(count: int, lane: str) -> int:
    return max(FEWEST_EXAMPLES, round(count * EXAMPLES[lane]))
