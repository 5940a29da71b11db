"""The event times that a run may use."""

from datetime import timedelta

from evergreen.core.errors import RunError
from evergreen.records.interval import Interval
from evergreen.records.run import Run
from evergreen.spec.data import Window


def window(spec: Window, run: Run) -> Interval:
    """The training window, which ends at the run's ``as_of``.

    An expanding window begins where the spec says, a sliding one its length before ``as_of``. The length that a run
    asks for replaces either, and never reaches back behind the start of an expanding window.

    Raises
    ------
    RunError
        When nothing lies between the window's start and ``as_of``.

    >>> from datetime import UTC, datetime
    >>> from evergreen.records.run import Way
    >>> run = Run(model="m", run_id="r", way=Way.MANUAL, as_of=datetime(2013, 3, 1, tzinfo=UTC), asked_by="a", reason="")
    >>> window(Window(kind="sliding", length="7d"), run).start.isoformat()
    '2013-02-22T00:00:00+00:00'
    """
    length = run.window if run.window is not None else spec.length
    starts = [start for start in (spec.start, run.as_of - length if length is not None else None) if start is not None]
    start = max(starts)
    if run.as_of - start <= timedelta(0):
        raise RunError(
            f"{run.model}: the training window begins at {start.isoformat()} and the run's as_of is "
            f"{run.as_of.isoformat()}, which leaves no event. Choose a later as_of, or a window longer than nothing."
        )
    return Interval(start=start, end=run.as_of)
