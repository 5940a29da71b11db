"""Validate the data of a snapshot: the station between snapshot and split."""

from pathlib import Path

import duckdb

from evergreen.core.digest import digest_of, digest_of_file
from evergreen.core.errors import IntegrityError
from evergreen.data.expectations.finding import outcome, redacted
from evergreen.data.expectations.moments import moments_of
from evergreen.data.expectations.page import page
from evergreen.data.expectations.previous import compare
from evergreen.data.expectations.results import Results, results
from evergreen.data.expectations.suite import Suite, read_suite
from evergreen.data.expectations.window import open_window, unreadable
from evergreen.records.snapshot import Snapshot
from evergreen.records.validation import ExpectationOutcome, ValidationReport
from evergreen.spec.model import ModelSpec
from evergreen.stores.ports import ObjectStore


def validate(
    spec: ModelSpec, snapshot: Snapshot, previous: ValidationReport | None, suite_path: Path, store: ObjectStore
) -> ValidationReport:
    """Hold a snapshot against the model's expectations, and against the snapshot before it.

    Expectations that are aggregates are answered by DuckDB straight from the Parquet parts, in as few passes as memory
    bounded by ``memory_limit`` allows; Great Expectations judges what it measured. Any other expectation is answered by Great
    Expectations on a pandas frame of the columns that it reads. Bad values never raise: an expectation that cannot be
    judged has failed, and says why.

    Parameters
    ----------
    previous
        The report of the snapshot before, if any: what differs too much from it is a warning.
    suite_path
        The model's ``expectations.yaml``.

    Returns
    -------
    ValidationReport
        Stored as ``<model>/reports/validation/<digest>/report.json`` beside the Data Docs page ``index.html``.

    Raises
    ------
    SpecError
        For a suite that cannot be used, with its line.
    IntegrityError
        When a part cannot be read, or the parts hold other rows than the manifest says.
    DataError
        When the memory allowed is too small, or the event time is not among the columns.
    """
    suite = read_suite(suite_path)
    found = _results(spec, snapshot, suite, store)
    if found.rows != snapshot.rows:
        raise IntegrityError(
            f"{snapshot.model}: the parts of snapshot {snapshot.digest[:12]} hold {found.rows:,} rows within its "
            f"window, its manifest says {snapshot.rows:,}. Take the snapshot again."
        )
    shown = [redacted(each.result) for each in found.results]
    pairs = zip(shown, found.results, suite.entries, strict=True)
    outcomes = [outcome(result, entry.severity, each.engine) for result, each, entry in pairs]
    if previous is not None:
        outcomes += compare(previous, found.rows, found.statistics, suite.compare)
    folder = _folder(snapshot, suite_path, previous)
    report = _report(snapshot, tuple(outcomes), found, folder)
    store.put(report.docs_key, page(snapshot, shown))
    store.put(report.report_key, report.to_json())
    return report


def _results(spec: ModelSpec, snapshot: Snapshot, suite: Suite, store: ObjectStore) -> Results:
    columns = spec.columns
    with open_window(snapshot, store) as window:
        suite.check_columns({*window.kinds, columns.event_time, *columns.keys, *compared(spec)})
        expectations = suite.expectations(moments_of(snapshot), window.kinds)
        try:
            return results(window, suite.entries, expectations, compared(spec))
        except duckdb.Error as error:
            raise unreadable(snapshot, error) from None


def compared(spec: ModelSpec) -> tuple[str, ...]:
    """The columns whose statistics are kept for the next snapshot: label, features and sensitive columns, each once."""
    columns = spec.columns
    return tuple(dict.fromkeys((columns.label.column, *columns.features.names, *columns.sensitive)))


def _folder(snapshot: Snapshot, suite_path: Path, previous: ValidationReport | None) -> str:
    inputs = {
        "snapshot": snapshot.digest,
        "suite": digest_of_file(suite_path),
        "previous": previous.digest if previous else None,
    }
    return f"{snapshot.model}/reports/validation/{digest_of(inputs)}"


def _report(
    snapshot: Snapshot, outcomes: tuple[ExpectationOutcome, ...], found: Results, folder: str
) -> ValidationReport:
    return ValidationReport(
        model=snapshot.model,
        snapshot=snapshot.digest,
        passed=all(each.success or each.severity != "critical" for each in outcomes),
        rows=found.rows,
        outcomes=outcomes,
        statistics=found.statistics,
        docs_key=f"{folder}/index.html",
        report_key=f"{folder}/report.json",
    )
