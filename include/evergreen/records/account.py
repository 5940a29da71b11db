"""Account: what an auditor asks of one version, in one row."""

from collections.abc import Mapping
from dataclasses import dataclass

from evergreen.records.base import Record
from evergreen.records.verdict import Judgement


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a version comes from: its number, the snapshot that it was trained on, and the commit of the code."""

    version: int
    snapshot: str
    git_commit: str | None


@dataclass(frozen=True, kw_only=True)
class Bias:
    """How differently groups of ``column`` are treated; ``value`` is None where too few groups were large enough."""

    column: str
    measure: str
    value: float | None


@dataclass(frozen=True, kw_only=True)
class Account(Record):
    """What the journal says of one version.

    Attributes
    ----------
    package
        Digest of what would serve; empty for a version that was never packaged or measured.
    evaluation
        Digest of the evaluation that ``metrics`` and ``bias`` are from: for a refit, that of the gated recipe.
    judgement
        PASS approves for staging: the gates made it challenger. None before the verdict.
    owner, sensitive
        Of the spec that the verdict was reached under.
    approved, approved_by
        For production. None while nobody has answered.
    reproducible
        False once rows of its snapshot were erased: it cannot be rebuilt bit by bit any more.
    """

    model: str
    package: str
    origin: Origin
    evaluation: str
    metrics: Mapping[str, float]
    bias: tuple[Bias, ...]
    judgement: Judgement | None = None
    owner: str = ""
    sensitive: tuple[str, ...] = ()
    approved: bool | None = None
    approved_by: str = ""
    reproducible: bool = True

    @property
    def model_id(self) -> str:
        """Name and version, as in MLflow's ``models:/<name>/<version>``."""
        return f"{self.model}/{self.origin.version}"
