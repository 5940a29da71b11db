"""The rule ``label_rate``."""

from evergreen.gates.bound import keeps
from evergreen.gates.outcome import Outcomes, outcome
from evergreen.gates.wording import decimals, known
from evergreen.records.evidence import Evidence
from evergreen.records.split import Span
from evergreen.records.verdict import Judgement
from evergreen.spec.circumstances import LabelRate
from evergreen.spec.model import ModelSpec


def label_rate(spec: ModelSpec, policy: LabelRate, evidence: Evidence) -> Outcomes:
    """The mean of the label must lie within bounds: an outcome that suddenly is rare is a broken join more often than news."""
    span: Span = getattr(evidence.split, policy.span)
    if (rate := known(span.label_rate)) is None:
        sentence = f"The {policy.span} span has no label rate: it holds {span.rows:,} rows with a label."
        return (outcome(policy, Judgement.NOT_JUDGED, sentence, about=policy.span),)
    what = "share of positives" if spec.task == "binary" else "mean of the label"
    outcomes = []
    for asked, larger, words in ((policy.at_least, True, "at least"), (policy.at_most, False, "at most")):
        if asked is not None:
            places = decimals(rate, asked)
            sentence = (
                f"The {what} in the {policy.span} span is {rate:.{places}f}; {words} {asked:.{places}f} was asked."
            )
            passed = keeps(rate, asked, larger_is_better=larger)
            outcomes.append(outcome(policy, passed, sentence, about=policy.span, value=rate, threshold=asked))
    return tuple(outcomes)
