"""What a step read and made, in the words of OpenLineage: datasets by name, their versions and numbers as facets.

Data stands under ``s3://<bucket>``: a raw object by its key, snapshots as ``<model>/snapshots``, model versions as
``<model>/packages``; which snapshot and which version it was says the version facet.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors.base import OperatorLineage
    from openlineage.client.event_v2 import InputDataset, OutputDataset

    from evergreen.records.package import ModelPackage
    from evergreen.records.snapshot import Part, Snapshot
    from evergreen.records.validation import ValidationReport

MOST_OBJECTS = 500
"""The newest raw objects of a snapshot that are named."""


def lineage_of(record: object) -> "OperatorLineage[Any, Any]":
    """The datasets of the step that gave ``record``; none for a step that neither reads nor makes data."""
    from evergreen.records.candidate import Candidate
    from evergreen.records.refit import Refit
    from evergreen.records.snapshot import Snapshot
    from evergreen.records.validation import ValidationReport

    match record:
        case Snapshot():
            parts = sorted(record.parts, key=lambda p: p.source.interval.end, reverse=True)
            return _lineage([_raw(record, part) for part in parts[:MOST_OBJECTS]], [_snapshot(record)])
        case ValidationReport():
            return _lineage([_checked(record)], [])
        case Candidate():
            return _lineage([_read(record.model, record.snapshot)], [])
        case Refit():
            return _lineage(
                [_read(record.model, record.candidate.snapshot)], [_version(record.package, record.version.number)]
            )
    return _lineage([], [])


def _lineage(inputs: "list[InputDataset]", outputs: "list[OutputDataset]") -> "OperatorLineage[Any, Any]":
    from airflow.providers.openlineage.extractors.base import OperatorLineage

    return OperatorLineage(inputs=inputs, outputs=outputs)


def _raw(snapshot: "Snapshot", part: "Part") -> "InputDataset":
    from openlineage.client.event_v2 import InputDataset
    from openlineage.client.facet_v2 import data_quality_metrics_input_dataset as quality

    numbers = quality.DataQualityMetricsInputDatasetFacet(
        columnMetrics={}, rowCount=part.rows, bytes=part.source.size, lastUpdated=None
    )
    facets = {**_versioned(part.source.etag.strip('"')), **_schema(snapshot)}
    key = part.source.key
    namespace, name = ("sql", key.removeprefix("sql:")) if key.startswith("sql:") else (_bucket(), key)
    return InputDataset(namespace=namespace, name=name, facets=facets, inputFacets={"dataQualityMetrics": numbers})


def _snapshot(snapshot: "Snapshot") -> "OutputDataset":
    from openlineage.client.event_v2 import OutputDataset
    from openlineage.client.facet_v2 import output_statistics_output_dataset as statistics

    size = sum(part.bytes for part in snapshot.parts)
    numbers = statistics.OutputStatisticsOutputDatasetFacet(
        rowCount=snapshot.rows, size=size, fileCount=len(snapshot.parts)
    )
    facets = {**_versioned(snapshot.digest), **_schema(snapshot)}
    name = f"{snapshot.model}/snapshots"
    return OutputDataset(namespace=_bucket(), name=name, facets=facets, outputFacets={"outputStatistics": numbers})


def _checked(report: "ValidationReport") -> "InputDataset":
    """The snapshot with what was expected of it and what was found."""
    from openlineage.client.event_v2 import InputDataset
    from openlineage.client.facet_v2 import data_quality_assertions_dataset as assertions
    from openlineage.client.facet_v2 import data_quality_metrics_input_dataset as quality

    columns = {s.column: quality.ColumnMetrics(nullCount=round(s.null_rate * report.rows)) for s in report.statistics}
    said = [
        assertions.Assertion(assertion=o.expectation, success=o.success, column=o.column, severity=o.severity)
        for o in report.outcomes
    ]
    return InputDataset(
        namespace=_bucket(),
        name=f"{report.model}/snapshots",
        facets=_versioned(report.snapshot),
        inputFacets={
            "dataQualityMetrics": quality.DataQualityMetricsInputDatasetFacet(
                columnMetrics=columns, rowCount=report.rows
            ),
            "dataQualityAssertions": assertions.DataQualityAssertionsDatasetFacet(assertions=said),
        },
    )


def _read(model: str, snapshot: str) -> "InputDataset":
    from openlineage.client.event_v2 import InputDataset

    return InputDataset(namespace=_bucket(), name=f"{model}/snapshots", facets=_versioned(snapshot))


def _version(package: "ModelPackage", number: int) -> "OutputDataset":
    from openlineage.client.event_v2 import OutputDataset
    from openlineage.client.facet_v2 import documentation_dataset, output_statistics_output_dataset

    words = f"Version {number} in MLflow, package {package.sha256}."
    numbers = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
        size=sum(file.bytes for file in package.files), fileCount=len(package.files)
    )
    return OutputDataset(
        namespace=_bucket(),
        name=f"{package.model}/packages",
        facets={
            **_versioned(str(number)),
            "documentation": documentation_dataset.DocumentationDatasetFacet(description=words),
        },
        outputFacets={"outputStatistics": numbers},
    )


def _versioned(version: str) -> dict[str, Any]:
    from openlineage.client.facet_v2 import dataset_version_dataset as versions

    return {"version": versions.DatasetVersionDatasetFacet(datasetVersion=version)}


def _schema(snapshot: "Snapshot") -> dict[str, Any]:
    from openlineage.client.facet_v2 import schema_dataset as schema

    fields = [schema.SchemaDatasetFacetFields(name=c.name, type=c.type) for c in snapshot.columns]
    return {"schema": schema.SchemaDatasetFacet(fields=fields)}


def _bucket() -> str:
    from evergreen.core.settings import settings

    return f"s3://{settings().bucket}"
