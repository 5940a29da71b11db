"""Numbers, times and sizes as a card writes them."""

from evergreen.records.evaluation import Estimate
from evergreen.records.interval import Interval

PLAIN = (0.001, 10_000)


def number(value: float | None) -> str:
    """Four digits behind the point, or four that count for what is small or large.

    >>> number(0.70312), number(0.0000123), number(123456.7), number(None)
    ('0.7031', '1.23e-05', '1.235e+05', '')
    """
    if value is None:
        return ""
    return f"{value:.4f}" if value == 0 or PLAIN[0] <= abs(value) < PLAIN[1] else f"{value:.4g}"


def estimated(estimate: Estimate | None) -> str:
    """A number with its interval.

    >>> estimated(Estimate(value=0.7, low=0.69, high=0.71, method="DeLong"))
    '0.7000 (0.6900 to 0.7100)'
    """
    if estimate is None:
        return ""
    if estimate.low is None or estimate.high is None:
        return number(estimate.value)
    return f"{number(estimate.value)} ({number(estimate.low)} to {number(estimate.high)})"


def span(interval: Interval) -> str:
    """Both ends of an interval of event time."""
    return f"{interval.start:%Y-%m-%d %H:%M} to {interval.end:%Y-%m-%d %H:%M} UTC"


def size(count: float) -> str:
    """Bytes in the unit that a person would choose.

    >>> size(999), size(1_460_000)
    ('999 B', '1.5 MB')
    """
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def commit(sha: str | None, dirty: bool | None) -> str:
    """The commit of the code, and whether the tree differed from it.

    >>> commit("ab12", True), commit(None, None)
    ('ab12, with changes that were not committed', 'unknown: trained outside a repository')
    """
    if sha is None:
        return "unknown: trained outside a repository"
    return f"{sha}, with changes that were not committed" if dirty else sha
