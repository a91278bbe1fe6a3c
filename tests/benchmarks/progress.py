"""What whoever waits for a benchmark reads meanwhile."""

from time import perf_counter

from rich.console import Console

_progress = Console(stderr=True, highlight=False)
_started = perf_counter()


def note(scenario: str, step: str, figure: float, unit: str = "s") -> None:
    """Tell what was just measured, and how long one has waited."""
    _progress.print(f"{perf_counter() - _started:6.0f} s  {scenario}, {step}: {figure:.2f} {unit}")
