"""Numbers in the sentences of the rules."""

import math
from collections.abc import Sequence

from evergreen.records.evaluation import Estimate
from evergreen.spec.rule import JudgedBy

FEWEST_DECIMALS = 3
MOST_DECIMALS = 6
MOST_NAMES = 5


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


def asked_words(asked: float, places: int, *, larger_is_better: bool, strictly: bool, judged_by: JudgedBy) -> str:
    """What was asked of a number.

    >>> asked_words(0.9, 2, larger_is_better=True, strictly=True, judged_by="worst_end")
    'more than 0.90 was asked of the worst end of the interval'
    """
    bound = {
        (True, True): "more than",
        (True, False): "at least",
        (False, True): "less than",
        (False, False): "at most",
    }
    where = {
        "value": "",
        "worst_end": " of the worst end of the interval",
        "best_end": " of the best end of the interval",
    }
    return f"{bound[larger_is_better, strictly]} {asked:.{places}f} was asked{where[judged_by]}"


def listed(names: Sequence[str]) -> str:
    """Names in one line, bounded.

    >>> listed(["a", "b", "c", "d", "e", "f", "g"])
    'a, b, c, d, e and 2 more'
    """
    rest = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")
