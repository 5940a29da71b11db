"""Findings: the rules of the spec, held against the reports on a champion."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from evergreen.monitoring import doing, drifting
from evergreen.monitoring.held import Held, Seen
from evergreen.records.monitor import Finding
from evergreen.spec import watching
from evergreen.spec.duration import format_duration
from evergreen.spec.model import ModelSpec

HELD: Mapping[type, Callable[[ModelSpec, Any, Seen], Iterator[Held]]] = {
    watching.Drift: drifting.drift,
    watching.DriftedShare: drifting.drifted_share,
    watching.ColumnDrift: drifting.column,
    watching.Performance: doing.measured,
    watching.EstimatedPerformance: doing.estimated,
    watching.Age: doing.age,
    watching.FairnessWatch: doing.fairness,
    watching.SliceWatch: doing.slices,
}


def findings(spec: ModelSpec, seen: Seen) -> tuple[Finding, ...]:
    """What each rule says, in the order of the spec; only those that `Finding.fired` are findings.

    A rule holds over several reports on the same version only: what was found of the champion before says nothing of
    this one.
    """
    found = [
        (rule, _finding(rule, held)) for rule in spec.monitoring.rules for held in HELD[type(rule)](spec, rule, seen)
    ]
    names = Counter(finding.name for _, finding in found)
    return tuple(
        _persistent(rule, _apart(rule, finding) if names[finding.name] > 1 else finding, seen)
        for rule, finding in found
    )


def _apart(rule: watching.Watch, found: Finding) -> Finding:
    """Named by the rule's bound and what it leads to, too: another rule says something of the same, and each has its history."""
    bounds = ((name, getattr(rule, name, None)) for name in ("above", "at_least", "at_most", "worse_by", "margin"))
    words = [f"{n} {format_duration(b) if isinstance(b, timedelta) else f'{b:g}'}" for n, b in bounds if b is not None]
    subject = filter(None, [found.subject, getattr(rule, "statistic", ""), *words, rule.then])
    return replace(found, subject=", ".join(subject))


def _finding(rule: watching.Watch, held: Held) -> Finding:
    return Finding(
        rule=rule.rule,
        subject=held.subject,
        then=rule.then,
        holds=held.holds,
        fired=held.holds,
        value=held.value,
        threshold=held.threshold,
        low=held.low,
        high=held.high,
        since=None,
        sentence=held.sentence,
    )


def _persistent(rule: watching.Watch, found: Finding, seen: Seen) -> Finding:
    """Count the reports in which it held, and find the beginning of the unbroken run of them; one that could not judge it is none."""
    if not found.holds:
        return found
    all_before = [next((f for f in r.findings if f.name == found.name), None) for r in seen.earlier]
    before = [f for f in all_before if f is None or f.judged]
    recent = before[-(rule.windows.of - 1) :] if rule.windows.of > 1 else []
    count = 1 + sum(f is not None and f.holds for f in recent)
    last = before[-1] if before else None
    since = last.since if last is not None and last.holds else seen.as_of
    sentence = found.sentence
    if rule.windows.of > 1:
        sentence += f" It held in {count} of the last {min(rule.windows.of, len(before) + 1)} reports."
    return replace(found, fired=count >= rule.windows.fired, since=since, sentence=sentence)
