"""The second pass of a drift report: the exact KS statistic, where a rule's bound lies between the certified ones."""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq

from evergreen.core.errors import NotFound
from evergreen.flows.ledger import Ledger
from evergreen.flows.windows import Windows
from evergreen.monitoring.compared import PARTS
from evergreen.monitoring.exact import ks_exact
from evergreen.monitoring.reference import values_of
from evergreen.records.drift import ColumnDrift, DriftReport
from evergreen.records.package import ModelPackage
from evergreen.records.snapshot import Snapshot
from evergreen.spec import watching
from evergreen.stats import ks


def exact(windows: Windows, report: DriftReport, as_of: datetime) -> DriftReport:
    """The report with the exact statistic of each column of which its bounds do not say whether a rule holds.

    Where rows of the reference are gone meanwhile, the bounds stay.
    """
    rules = [r for r in windows.ws.spec.monitoring.rules if isinstance(r, watching.ColumnDrift) and r.statistic == "ks"]
    columns = [_exact(windows, report, column, as_of) if _open(column, rules) else column for column in report.columns]
    return replace(report, columns=tuple(columns))


def _open(found: ColumnDrift, rules: Sequence[watching.ColumnDrift]) -> bool:
    """What may be chance holds no rule, whatever the statistic."""
    if found.ks_low is None or found.ks_high is None or "ks" not in found.proven:
        return False
    certified = ks.Certified(found.ks_low, found.ks_high)
    return any(r.column == found.name and ks.decide(certified, r.above) is ks.Decision.STRADDLES for r in rules)


def _exact(windows: Windows, report: DriftReport, found: ColumnDrift, as_of: datetime) -> ColumnDrift:
    reference, column = windows.champion.reference, found.name
    sample = getattr(reference, PARTS[found.part])
    current, parts, stored = windows.column(found.part, column, report.window, as_of)
    try:
        statistic = ks_exact(
            sample.layout.by_name[column],
            sample.profile.counts[column],
            current,
            reference_parts=[(_reference(windows, found), None)],
            current_parts=parts,
            stored=stored,
        )
    except NotFound:
        return found
    return replace(found, ks_low=statistic, ks_high=statistic, proven={**found.proven, "ks": statistic})


def _reference(windows: Windows, found: ColumnDrift) -> bytes:
    ws, champion = windows.ws, windows.champion
    ledger = Ledger(ws.store, ws.model, champion.watched.run_id)
    snapshot, gated = ledger.read("snapshot", Snapshot), ledger.read("package", ModelPackage)
    values = values_of(ws.spec, champion.reference, gated, snapshot, ws.store, found.part, found.name)
    buffer = io.BytesIO()
    pq.write_table(pa.table({found.name: values}), buffer)
    return buffer.getvalue()
