"""All that is measured, by name."""

from collections.abc import Callable

from tests.benchmarks.cluster import pages, reads, uploads
from tests.benchmarks.cluster.service import Service
from tests.benchmarks.cluster.side import Outcome

WORKS: dict[str, Callable[[Service, int], Outcome]] = uploads.WORKS | reads.WORKS | pages.WORKS
