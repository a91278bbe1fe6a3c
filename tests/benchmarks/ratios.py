"""How many times as long one way takes as another, both measured in turn."""

from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True)
class Pairs:
    """Seconds of both ways, pair by pair: each pair met the same noise."""

    first: list[float] = field(default_factory=list)
    second: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Return the median of the second over that of the first."""
        return median(self.second) / median(self.first)

    @property
    def ratio_of_fastest(self) -> float:
        """Return the ratio of the fastest runs: on a busy machine it says more than that of the medians."""
        return min(self.second) / min(self.first)

    @property
    def ratios(self) -> list[float]:
        return [new / old for old, new in zip(self.first, self.second, strict=True)]

    @property
    def spread(self) -> str:
        return f"{min(self.ratios):.2f} to {max(self.ratios):.2f}"


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:,.1f} ms"
