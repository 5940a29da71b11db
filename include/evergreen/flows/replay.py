"""The replay of a year: rows happen, the champion of that time answers, labels come, monitoring looks, requests are served.

Nothing here decides: what is asked for, judged and promoted is up to the model's own spec. A replay that was stopped goes
on where it stopped, and one that has ended computes nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np

from evergreen.core.clock import frozen
from evergreen.core.errors import NotFound, RunError
from evergreen.data.sources import months
from evergreen.flows.answers import SHOWN, Labelled, labelled_rows, logged
from evergreen.flows.ledger import Ledger
from evergreen.flows.looks import read_drift, read_look, read_newest, read_performance
from evergreen.flows.policies import Policy, judged
from evergreen.flows.requests import run_id_of
from evergreen.flows.score import champion, land_labels, score
from evergreen.flows.workspace import Workspace
from evergreen.flows.year import Year
from evergreen.records.candidate import Candidate
from evergreen.records.interval import Interval
from evergreen.records.monitor import MonitorReport

DAY = timedelta(days=1)
NAMED = 3
"""So many of the columns that drifted most often are named for a month."""


class Platform(Protocol):
    """Who looks, retrains and releases: Airflow, or this process."""

    def begin(self, as_of: datetime) -> None:
        """Have the first champion trained and released."""

    def look(self, until: datetime) -> None:
        """Make the reports that are due until then."""

    def serve(self, until: datetime) -> None:
        """Wait until every request is served, and what became challenger is released."""


@dataclass(frozen=True, kw_only=True)
class Month:
    """What a month brought; numbers are None where there was nothing to measure.

    Attributes
    ----------
    drift
        Weighted share of drifted features: mean over the looks that could judge it.
    columns
        The columns that drifted in most looks.
    estimated, true
        The first metric: mean of the estimates of the looks, and measured on the month's rows.
    requests
        Outcomes of the requests that monitoring opened, by the day.
    version, trainings
        The champion that was looked at last in the month, and the number of trainings until its end.
    """

    start: datetime
    drift: float | None
    columns: tuple[str, ...]
    estimated: float | None
    true: float
    requests: tuple[tuple[datetime, str], ...]
    version: int
    trainings: int


@dataclass(frozen=True, kw_only=True)
class Replay:
    """A model, the rows that are going to happen, and who acts.

    Attributes
    ----------
    first
        From the first row there is to the ``as_of`` of the first training.
    until
        Where the replay ends.
    step
        Time between two looks; whole days.
    """

    ws: Workspace
    year: Year
    platform: Platform
    first: Interval
    until: datetime
    step: timedelta = DAY
    say: Callable[[str], None] = lambda _: None

    @property
    def start(self) -> datetime:
        """Midnight before the first training: from here on rows are answered."""
        return self.first.end.replace(hour=0, minute=0, second=0, microsecond=0)

    def months(self) -> Iterator[Month]:
        """The months, each as soon as it is over."""
        self.year.refuse_others(self.ws.store)
        truth = self.truth()
        with frozen(self.first.end):
            self.year.land(self.ws.store, Interval(start=self.first.start, end=self.start))
        self.platform.begin(self.first.end)
        for month in months(Interval(start=self.start, end=self.until)):
            self.say(f"{month.start:%B}")
            for part in _steps(month, self.step):
                self._step(part)
            yield self._told(month, truth)

    def result(self) -> Policy:
        """How good the answers of the whole replay were."""
        truth = self.truth()
        return judged("Evergreen", self._trainings(self.until), truth, logged(self.ws, truth))

    def truth(self) -> Labelled:
        """The rows that are answered and whose label comes."""
        return labelled_rows(self.year, Interval(start=self.start, end=self.until))

    def _step(self, part: Interval) -> None:
        """What was looked at was answered before, by the champion of that time, and is not answered again."""
        if self._looked_until() < part.end:
            delay = self.ws.spec.columns.label.delay
            with frozen(part.end):
                self.year.land(self.ws.store, part)
                score(self.ws, part)
                labels = Interval(start=max(self.start, part.start - delay), end=part.end - delay)
                land_labels(self.ws, labels, part.end)
            self.platform.look(part.end)
            if self._looked_until() <= part.end - self.ws.spec.monitoring.every:
                raise RunError(f"{self.ws.model}: monitoring gave no report as of {part.end:%Y-%m-%d}; see its log.")
        self.platform.serve(part.end)

    def _looked_until(self) -> datetime:
        try:
            return read_newest(self.ws.store, self.ws.model).as_of
        except NotFound:
            return self.start

    def _told(self, month: Interval, truth: Labelled) -> Month:
        looks = [self._look(part.end) for part in _steps(month, self.step)]
        found = [look for look in looks if look is not None]
        drifts = [read_drift(self.ws.store, look.drift) for look in found if look.drift]
        judged_drifts = [d for d in drifts if d.enough]
        counts = Counter(c.name for d in judged_drifts for c in d.columns if c.drifts and c.part == "feature")
        reports = [read_performance(self.ws.store, look.performance) for look in found if look.performance]
        name = SHOWN[self.ws.spec.task][0]
        estimates = [e.value for r in reports if (e := r.expected(name)) is not None]
        return Month(
            start=month.start,
            drift=float(np.mean([d.weighted_share for d in judged_drifts])) if judged_drifts else None,
            columns=tuple(column for column, _ in counts.most_common(NAMED)),
            estimated=float(np.mean(estimates)) if estimates else None,
            true=truth.values(logged(self.ws, truth), truth.of(month))[0],
            requests=self._requests(month),
            version=found[-1].version if found else champion(self.ws).package.version,
            trainings=self._trainings(month.end),
        )

    def _look(self, as_of: datetime) -> MonitorReport | None:
        return read_look(self.ws.store, self.ws.model, as_of)

    def _requests(self, month: Interval) -> tuple[tuple[datetime, str], ...]:
        known = self.ws.journal.state().requests.values()
        return tuple(
            (s.request.as_of, s.outcome or s.status)
            for s in known
            if s.request.asked_by == "monitoring" and s.request.as_of and month.start < s.request.as_of <= month.end
        )

    def _trainings(self, until: datetime) -> int:
        """The first one, and those of requests: a challenger that was refused was trained, too."""
        asked = self.ws.journal.state().requests.items()
        runs = [
            run_id_of(i) for i, s in asked if s.request.asked_by == "monitoring" and (s.request.as_of or until) <= until
        ]
        return 1 + sum(Ledger(self.ws.store, self.ws.model, r).find("train", Candidate) is not None for r in runs)


def _steps(month: Interval, step: timedelta) -> Iterator[Interval]:
    start = month.start
    while start < month.end:
        end = min(start + step, month.end)
        yield Interval(start=start, end=end)
        start = end
