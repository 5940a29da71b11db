"""Evidence as plain numbers, for rules that are written in a model folder."""

from typing import Any

from evergreen.gates.resources import UNITS, spent
from evergreen.gates.wording import known
from evergreen.records.evaluation import Estimate
from evergreen.records.evidence import Evidence
from evergreen.records.split import Span


def numbers(evidence: Evidence) -> dict[str, Any]:
    """What a rule of a model folder sees: dictionaries, lists, text and numbers, None for what is not known.

    ``rows``, ``units``, ``looks``, ``comparable`` of the test; ``metrics[role][name]`` and
    ``differences[against][metric]`` with ``value``, ``low``, ``high``; ``slices`` and ``disparities`` as lists;
    ``spans[name]``; ``resources["challenger" | "champion"][name]``; ``validation`` counts; ``inputs``.
    """
    found = evidence.evaluation
    metrics: dict[str, dict[str, Any]] = {}
    for metric in found.metrics:
        metrics.setdefault(metric.role, {})[metric.name] = _estimate(metric.estimate)
    differences: dict[str, dict[str, Any]] = {}
    for difference in found.differences:
        differences.setdefault(difference.against, {})[difference.metric] = _estimate(difference.estimate)
    both = {resource: spent(evidence, resource) for resource in UNITS}
    return {
        "rows": found.rows,
        "units": found.units,
        "looks": found.looks,
        "comparable": found.comparable,
        "has_champion": found.champion is not None,
        "metrics": metrics,
        "differences": differences,
        "slices": _slices(evidence),
        "disparities": _disparities(evidence),
        "spans": {name: _span(getattr(evidence.split, name)) for name in ("train", "calibration", "test", "mature")},
        "resources": {
            "challenger": {resource: ours for resource, (ours, _) in both.items()},
            "champion": {resource: theirs for resource, (_, theirs) in both.items()},
        },
        "validation": {"expectations": len(evidence.validation.outcomes), "failed": len(evidence.validation.failures)},
        "inputs": list(evidence.inputs),
    }


def _estimate(estimate: Estimate | None) -> dict[str, float | None] | None:
    if estimate is None:
        return None
    return {"value": known(estimate.value), "low": known(estimate.low), "high": known(estimate.high)}


def _span(span: Span) -> dict[str, Any]:
    return {"rows": span.rows, "label_rate": known(span.label_rate), "units": span.units}


def _slices(evidence: Evidence) -> list[dict[str, Any]]:
    return [
        {
            "name": part.name,
            "rows": part.rows,
            "units": part.units,
            "metric": part.metric,
            "challenger": _estimate(part.challenger),
            "difference": _estimate(part.difference),
        }
        for part in evidence.evaluation.slices
    ]


def _disparities(evidence: Evidence) -> list[dict[str, Any]]:
    return [
        {"column": d.column, "measure": d.measure, "role": d.role, "estimate": _estimate(d.estimate)}
        for d in evidence.evaluation.disparities
    ]
