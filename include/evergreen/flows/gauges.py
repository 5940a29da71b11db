"""Gauges: the newest monitoring reports of the fleet as Prometheus reads them."""

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from evergreen.core.errors import IntegrityError, NotFound
from evergreen.flows.looks import read_drift, read_newest, read_performance
from evergreen.records.drift import DriftReport
from evergreen.records.monitor import MonitorReport
from evergreen.records.performance import PerformanceReport
from evergreen.stores.ports import ObjectStore

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

log = logging.getLogger(__name__)
GAUGES = {
    "report_readable": ("1 where the newest report could be read as a whole, 0 where a part is missing or broken.", ()),
    "champion_version": ("Version of the champion that was looked at.", ()),
    "report_timestamp_seconds": ("End of the newest window.", ()),
    "window_rows": ("Predictions in the newest window.", ()),
    "finding": ("1 for each finding that stands.", ("rule", "subject", "then")),
    "drift_share": ("Share of the features that drift.", ()),
    "drift_weighted_share": ("The same, weighted by importance for the model.", ()),
    "column_drifts": ("1 for a column that drifts.", ("column",)),
    "column_psi": ("Population stability index against the reference.", ("column",)),
    "column_null_rate": ("Share of nulls in the window.", ("column",)),
    "performance": ("A metric on rows whose labels have come.", ("metric",)),
    "performance_low": ("Lower end of its 95% interval.", ("metric",)),
    "performance_high": ("Upper end of its 95% interval.", ("metric",)),
    "estimated_performance": ("A metric as the scores alone suggest it.", ("metric",)),
    "labelled_share": ("Share of the predictions that are due and have a label.", ()),
    "label_lag_seconds": ("From event to label.", ("quantile",)),
}
"""Each is ``evergreen_<name>``, with the label ``model`` and these."""


def gauges(store: ObjectStore, models: Iterable[str]) -> bytes:
    """What a scrape reads, in Prometheus' text format. A model that nobody has looked at yet has no gauges.

    One whose report cannot be read hides no other: it has what could be read, and says so in ``evergreen_report_readable``.
    """
    from prometheus_client import CollectorRegistry, generate_latest

    sheet = _Sheet(CollectorRegistry())
    for model in models:
        try:
            _of_model(sheet, store, model)
        except (NotFound, IntegrityError) as error:
            log.warning("%s: its newest report cannot be read as a whole. %s", model, error)
            sheet.put("report_readable", 0, model)
    return generate_latest(sheet.registry)


class _Sheet:
    """The gauges that have a value."""

    def __init__(self, registry: "CollectorRegistry") -> None:
        from prometheus_client import Gauge

        self.registry = registry
        self._gauges = {
            name: Gauge(f"evergreen_{name}", text, ("model", *labels), registry=registry)
            for name, (text, labels) in GAUGES.items()
        }

    def put(self, name: str, value: float | None, *labels: str) -> None:
        if value is not None:
            self._gauges[name].labels(*labels).set(value)


def _of_model(sheet: _Sheet, store: ObjectStore, model: str) -> None:
    try:
        report = read_newest(store, model)
    except NotFound:
        return
    _of_report(sheet, report)
    if report.drift is not None:
        _of_drift(sheet, read_drift(store, report.drift))
    if report.performance is not None:
        _of_performance(sheet, read_performance(store, report.performance))
    sheet.put("report_readable", 1, model)


def _of_report(sheet: _Sheet, report: MonitorReport) -> None:
    model = report.model
    sheet.put("champion_version", report.version, model)
    sheet.put("report_timestamp_seconds", report.as_of.timestamp(), model)
    sheet.put("window_rows", report.rows, model)
    for found in report.fired:
        sheet.put("finding", 1, model, found.rule, found.subject, found.then)


def _of_drift(sheet: _Sheet, report: DriftReport) -> None:
    model = report.model
    if report.enough:
        sheet.put("drift_share", report.share, model)
        sheet.put("drift_weighted_share", report.weighted_share, model)
    for column in report.columns:
        sheet.put("column_drifts", float(column.drifts), model, column.name)
        sheet.put("column_psi", column.psi, model, column.name)
        sheet.put("column_null_rate", column.null_rate, model, column.name)


def _of_performance(sheet: _Sheet, report: PerformanceReport) -> None:
    model = report.model
    for found in report.measured:
        sheet.put("performance", found.estimate.value, model, found.metric)
        sheet.put("performance_low", found.estimate.low, model, found.metric)
        sheet.put("performance_high", found.estimate.high, model, found.metric)
    for expected in report.estimated:
        sheet.put("estimated_performance", expected.estimate.value, model, expected.metric)
    if report.rows:
        sheet.put("labelled_share", report.labelled / report.rows, model)
    sheet.put("label_lag_seconds", report.lag_median, model, "0.5")
    sheet.put("label_lag_seconds", report.lag_high, model, "0.95")
