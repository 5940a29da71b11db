"""Fleet: the rows of the read model, and what its refreshing came to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class EntryRow:
    """An entry of a journal; ``digest`` is that of its bytes."""

    model: str
    sequence: int
    kind: str
    at: datetime
    actor: str
    key: str
    digest: str
    body: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class VersionRow:
    """What a journal says of one version now.

    Attributes
    ----------
    judgement
        PASS or FAIL; None before the verdict.
    verdict, data_start, data_end
        Of a version that passed its gates: the digest of that verdict, and the event times that it was fitted on.
    approved, approved_by, reason
        The last answer for production; None while nobody has answered.
    stage
        Where on the ladder it stands; None for nowhere (any more).
    reproducible
        False once rows of its snapshot were erased.
    """

    model: str
    package: str
    version: int
    snapshot: str
    git_commit: str | None
    owner: str
    judgement: str | None
    verdict: str | None
    metrics: Mapping[str, float]
    bias: Mapping[str, float | None]
    approved: bool | None
    approved_by: str | None
    reason: str | None
    data_start: datetime | None
    data_end: datetime | None
    stage: str | None
    reproducible: bool


@dataclass(frozen=True, kw_only=True)
class Refreshed:
    """What was taken into the read model. ``problems``: models of which nothing was taken, and why."""

    models: int
    entries: int
    problems: Mapping[str, str]

    @property
    def sentence(self) -> str:
        """The result in words.

        >>> Refreshed(models=3, entries=12, problems={"late": "entry 4 is missing."}).sentence
        'The read model took 12 entries of 2 of 3 models. late: entry 4 is missing.'
        """
        sound = self.models - len(self.problems)
        of = f"{sound} of {self.models}" if self.problems else str(sound)
        said = [f"The read model took {self.entries} entries of {of} models."]
        return " ".join([*said, *(f"{model}: {why}" for model, why in self.problems.items())])
