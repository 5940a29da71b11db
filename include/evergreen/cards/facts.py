"""What a card is made from."""

from dataclasses import dataclass

from evergreen.records.approval import Approval, ApprovalPolicy
from evergreen.records.candidate import Candidate
from evergreen.records.card import Importances
from evergreen.records.evaluation import Evaluation
from evergreen.records.package import ModelPackage
from evergreen.records.refit import Refit
from evergreen.records.run import Run
from evergreen.records.snapshot import Snapshot
from evergreen.records.split import Split
from evergreen.records.validation import ValidationReport
from evergreen.records.verdict import Verdict
from evergreen.spec.model import ModelSpec


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The records of one passed recipe and of what became of it.

    Attributes
    ----------
    gated, package
        The recipe that the gates judged, and its package; ``refit`` is the version that the card is of.
    champion
        Number of the version that was champion at the evaluation; None without one.
    policy, approval
        Who must be asked, and the answer; None while the version is not in the journal, and while nobody has answered.
    """

    spec: ModelSpec
    run: Run
    snapshot: Snapshot
    validation: ValidationReport
    split: Split
    gated: Candidate
    package: ModelPackage
    evaluation: Evaluation
    verdict: Verdict
    refit: Refit
    importances: Importances
    champion: int | None
    policy: ApprovalPolicy | None
    approval: Approval | None
