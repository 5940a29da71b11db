"""What steps say to OpenLineage, in events as they are sent."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from openlineage.client.serde import Serde
from tests.unit.records.samples import example

from evergreen.core.settings import settings
from evergreen.records.candidate import Candidate
from evergreen.records.refit import Refit
from evergreen.records.validation import ValidationReport
from evergreen.records.verdict import Verdict
from evergreen_airflow.lineage import lineage_of


@pytest.fixture(autouse=True)
def bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVERGREEN_BUCKET", "lake")
    settings.cache_clear()


def sent(record: object) -> dict[str, Any]:
    """The datasets as they stand in an event."""
    found = lineage_of(record)
    return {
        "inputs": [json.loads(Serde.to_json(dataset)) for dataset in found.inputs],
        "outputs": [json.loads(Serde.to_json(dataset)) for dataset in found.outputs],
    }


def test_a_snapshot_names_its_raw_objects_with_schema_version_and_quality(small_world: Callable[..., Any]) -> None:
    world = small_world()
    event = sent(world.snapshot)
    (raw,) = event["inputs"]
    assert (raw["namespace"], raw["name"]) == ("s3://lake", "raw")
    assert raw["facets"]["version"]["datasetVersion"] == "1"
    fields = {f["name"]: f["type"] for f in raw["facets"]["schema"]["fields"]}
    assert fields == {c.name: c.type for c in world.snapshot.columns}
    assert raw["inputFacets"]["dataQualityMetrics"]["rowCount"] == world.snapshot.rows
    (made,) = event["outputs"]
    assert (made["name"], made["facets"]["version"]["datasetVersion"]) == ("small/snapshots", world.snapshot.digest)
    assert made["outputFacets"]["outputStatistics"]["rowCount"] == world.snapshot.rows


def test_a_validation_says_what_was_expected_and_found() -> None:
    report = example(ValidationReport)
    (checked,) = sent(report)["inputs"]
    said = checked["inputFacets"]["dataQualityAssertions"]["assertions"]
    assert [(a["assertion"], a["success"], a["column"]) for a in said] == [
        (o.expectation, o.success, o.column) for o in report.outcomes
    ]
    columns = checked["inputFacets"]["dataQualityMetrics"]["columnMetrics"]
    assert {name: c["nullCount"] for name, c in columns.items()} == {
        s.column: round(s.null_rate * report.rows) for s in report.statistics
    }


def test_a_training_reads_a_snapshot_and_a_refit_makes_a_version() -> None:
    candidate, refit = example(Candidate), example(Refit)
    assert sent(candidate)["inputs"][0]["facets"]["version"]["datasetVersion"] == candidate.snapshot
    event = sent(refit)
    assert event["inputs"][0]["facets"]["version"]["datasetVersion"] == refit.candidate.snapshot
    assert event["outputs"][0]["facets"]["version"]["datasetVersion"] == str(refit.version.number)
    assert refit.package.sha256 in event["outputs"][0]["facets"]["documentation"]["description"]


def test_rows_of_a_query_are_no_object_of_the_bucket(small_world: Callable[..., Any]) -> None:
    snapshot = small_world().snapshot
    part = snapshot.parts[0]
    asked = replace(snapshot, parts=(replace(part, source=replace(part.source, key="sql:warehouse")),))
    (raw,) = sent(asked)["inputs"]
    assert (raw["namespace"], raw["name"]) == ("sql", "warehouse")


def test_a_step_without_data_says_nothing() -> None:
    assert sent(example(Verdict)) == {"inputs": [], "outputs": []}
    assert sent(None) == {"inputs": [], "outputs": []}
