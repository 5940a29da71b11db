"""Numbers in the sentences of the rules."""

import math

from evergreen.records.evaluation import Estimate

FEWEST_DECIMALS = 3
MOST_DECIMALS = 6


def decimals(found: float | None, asked: float) -> int:
    """Decimals enough to show on which side of ``asked`` the number lies.

    >>> decimals(0.749, 0.6), decimals(-0.01004, -0.01)
    (3, 5)
    """
    if found is None or not math.isfinite(found) or found == asked:
        return FEWEST_DECIMALS
    enough = range(FEWEST_DECIMALS, MOST_DECIMALS)
    return next((d for d in enough if round(found, d) != round(asked, d)), MOST_DECIMALS)


def known(number: float | None) -> float | None:
    """The number, or None where it is NaN or infinite, which records cannot hold."""
    return number if number is not None and math.isfinite(number) else None


def interval(estimate: Estimate, places: int) -> str:
    """The interval in words."""
    low, high = known(estimate.low), known(estimate.high)
    if low is None or high is None:
        return "no interval"
    return f"95% interval {low:.{places}f} to {high:.{places}f}"
