"""The policy approves what passed, and nothing else."""

from dataclasses import replace

import pytest
from tests.unit.journal.story import Story

from evergreen.core.errors import Refused
from evergreen.records.verdict import Judgement
from evergreen.release.approve import approve
from evergreen.spec.model import ModelSpec


@pytest.fixture
def spec() -> ModelSpec:
    return ModelSpec.model_validate(
        {
            "version": 1,
            "name": "small",
            "owner": {"name": "Tests", "email": "tests@example.com"},
            "purpose": "Tests who may approve.",
            "task": "binary",
            "source": {"kind": "objects"},
            "columns": {
                "event_time": "at",
                "keys": ["id"],
                "label": {"column": "late", "positive": 1, "nullable": True},
                "features": {"numeric": ["distance"]},
            },
            "training": {"window": {"kind": "sliding", "length": "30d"}},
            "gates": [{"rule": "minimum", "metric": "roc_auc", "at_least": 0.5}],
        }
    )


def test_the_policy_approves_a_challenger(spec: ModelSpec) -> None:
    story = Story(3)
    approval = approve(spec, story.verdict, story.refit)
    assert approval.approved
    assert (approval.approved_by, approval.version, approval.package, approval.verdict) == (
        "policy:auto",
        3,
        story.refit.package.sha256,
        story.verdict.digest,
    )


def test_a_fail_is_refused_with_its_reasons(spec: ModelSpec) -> None:
    story = Story(3, judgement=Judgement.FAIL)
    with pytest.raises(Refused, match=r"version 3 cannot be approved: its verdict is FAIL. AUC 0.70."):
        approve(spec, story.verdict, story.refit)


def test_a_refit_outside_its_bounds_is_refused(spec: ModelSpec) -> None:
    story = Story(3, parity=False)
    with pytest.raises(Refused, match="Rank correlation"):
        approve(spec, story.verdict, story.refit)


def test_a_refit_of_another_package_is_refused(spec: ModelSpec) -> None:
    with pytest.raises(Refused, match="the verdict is on"):
        approve(spec, Story(3).verdict, Story(4).refit)


def test_without_a_refit_the_gated_package_is_approved(spec: ModelSpec) -> None:
    story = Story(3)
    as_gated = replace(story.refit, parity=None, package=replace(story.refit.package, sha256=story.verdict.package))
    assert approve(spec, story.verdict, as_gated).package == story.verdict.package
