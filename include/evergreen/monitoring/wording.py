"""What a drift report says of one column, in words."""

from collections.abc import Mapping, Sequence

from evergreen.monitoring.distance import Distance

SMALL_P = 0.001


def said(
    kind: str,
    here: Distance,
    drifts: Sequence[str],
    large: Sequence[str],
    chances: Mapping[str, float],
    lack: str,
) -> str:
    """Why a column drifts, or why it does not.

    Parameters
    ----------
    drifts, large
        Aspects that are large and significant, and those that are large.
    chances
        Corrected p-value of each aspect.
    lack
        Why nothing could be tested; empty when it could.
    """
    if lack:
        return lack
    if drifts:
        return " ".join(f"{_what(aspect, kind, here)} (p {_chance(chances[aspect])})." for aspect in drifts) + _gone(
            here
        )
    if tested := [aspect for aspect in large if aspect in chances]:
        by_chance = " ".join(f"{_what(aspect, kind, here)}." for aspect in tested)
        p = min(chances[aspect] for aspect in tested)
        return f"{by_chance} Sampling units differ as much by chance (p {_chance(p)})." + _gone(here)
    if "distribution" not in chances:
        return "There are no values to compare on one side; its nulls have not changed." if chances else "Not compared."
    apart = _what("distribution", kind, here)
    return f"No change that counts: {apart[0].lower()}{apart[1:]}." + _gone(here)


def _what(aspect: str, kind: str, here: Distance) -> str:
    if aspect == "nulls":
        return f"Nulls went from {here.reference_null_rate:.1%} to {here.null_rate:.1%}"
    if aspect == "new":
        named = f", such as {', '.join(here.new)}" if here.new else ""
        return f"{here.new_share:.1%} of rows have a category that the reference lacks{named}"
    if kind == "numeric":
        return f"Values lie {here.wasserstein or 0.0:.2g} standard deviations apart"
    return f"Categories lie {here.values or 0.0:.2g} apart (Jensen-Shannon distance)"


def _gone(here: Distance) -> str:
    return f" Gone: {', '.join(here.vanished)}." if here.vanished else ""


def _chance(p: float) -> str:
    return f"below {SMALL_P}" if p < SMALL_P else f"{p:.2g}"
