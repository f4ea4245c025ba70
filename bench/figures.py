"""What the scenarios give back: plain rows, fit for JSON."""

from collections.abc import Sequence
from statistics import quantiles
from typing import Any

# Names and numbers of one measurement; "contender" and "scenario" say of what.
Row = dict[str, Any]


def percentile(values: Sequence[float], percent: int) -> float:
    """Interpolated between neighbours, as ``statistics.quantiles`` does."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def milliseconds(seconds: float) -> float:
    return round(seconds * 1_000, 3)
