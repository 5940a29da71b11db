"""The rule ``advisories``."""

from evergreen.gates.outcome import Outcomes, outcome
from evergreen.gates.wording import listed
from evergreen.records.evidence import Advisories as Found
from evergreen.records.evidence import Evidence, Finding
from evergreen.records.verdict import Judgement
from evergreen.spec.circumstances import Advisories
from evergreen.spec.model import ModelSpec


def advisories(spec: ModelSpec, policy: Advisories, evidence: Evidence) -> Outcomes:  # noqa: ARG001 (the shape of a rule)
    """No package that the model was trained with may be named by a supplied advisory that is not accepted."""
    found = evidence.advisories
    if found is None:
        sentence = "No advisories are supplied: set EVERGREEN_ADVISORIES to a folder of OSV files."
        return (outcome(policy, Judgement.NOT_JUDGED, sentence),)
    if not found.packages:
        return (outcome(policy, Judgement.NOT_JUDGED, "The package does not say what it was trained with."),)
    accepted = set(policy.accepted)
    open_ = [f for f in found.findings if not accepted & {f.id, *f.aliases}]
    return (outcome(policy, not open_, _sentence(found, open_), value=len(open_), threshold=0.0),)


def _sentence(found: Found, open_: list[Finding]) -> str:
    newest = f", the newest of {found.newest:%Y-%m-%d}" if found.newest else ""
    against = f"{found.read:,} advisories{newest} were held against {found.packages} packages"
    accepted = len(found.findings) - len(open_)
    rest = f" {accepted} more are accepted." if accepted else ""
    if not open_:
        return (
            f"{against}; none of them is named.{rest}"
            if not accepted
            else f"{against}; all {accepted} found are accepted."
        )
    return f"{against}; {listed([_words(f) for f in open_])}.{rest}"


def _words(finding: Finding) -> str:
    mended = f"mended in {finding.fixed}" if finding.fixed else "not mended yet"
    return f"{finding.package} {finding.version} has {finding.id} ({mended})"
