"""Where a rule on the KS statistic lies between the certified bounds, the exact one decides it."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy import stats

from evergreen.core.clock import frozen
from evergreen.core.errors import NotFound
from evergreen.features.rows import scan
from evergreen.flows import monitor, score
from evergreen.flows.champion import Champion, champion_of
from evergreen.flows.exact import exact
from evergreen.flows.ledger import Ledger
from evergreen.flows.looks import DRIFT, folder_of, read_drift
from evergreen.flows.windows import Windows
from evergreen.monitoring.compared import PARTS
from evergreen.monitoring.profile import profile
from evergreen.monitoring.reference import values_of
from evergreen.records.drift import Part
from evergreen.records.interval import Interval
from evergreen.records.package import ModelPackage
from evergreen.records.profile import Layout
from evergreen.records.snapshot import Snapshot

from .conftest import Once, Place

FEBRUARY, MARCH = datetime(2013, 2, 1, tzinfo=UTC), datetime(2013, 3, 1, tzinfo=UTC)
UNTIL = FEBRUARY + timedelta(days=1)
WATCH: dict[str, Any] = {"window": "1d", "drift": {"min_rows": 50, "min_units": 5}}


@pytest.fixture
def looked(reigning: Place, once: Once) -> Place:
    """A report on the first of February."""

    def watch(place: Place) -> None:
        place.ws = replace(
            place.ws, spec=place.ws.spec.model_validate(place.ws.spec.model_dump() | {"monitoring": WATCH})
        )
        place.land(2)
        with frozen(MARCH):
            score.score(place.ws, Interval(start=FEBRUARY, end=MARCH))
            score.land_labels(place.ws, Interval(start=FEBRUARY, end=MARCH), MARCH)
        monitor.drift(place.ws, UNTIL)

    return once(reigning, "looked at a day", watch)


def asking(place: Place, column: str, above: float) -> Windows:
    rule = {"rule": "column_drift", "column": column, "statistic": "ks", "above": above}
    spec = place.ws.spec.model_validate(place.ws.spec.model_dump() | {"monitoring": {**WATCH, "rules": [rule]}})
    champion = champion_of(place.ws)
    assert isinstance(champion, Champion)
    return Windows(replace(place.ws, spec=spec), champion)


def test_the_exact_statistic_is_in_the_report_where_a_bound_lies_between(looked: Place) -> None:
    report = read_drift(looked.ws.store, folder_of("small", UNTIL) + DRIFT)
    report = replace(report, columns=tuple(replace(c, proven={"ks": c.ks_low or 0.0}) for c in report.columns))
    found = report.column("wind")
    assert found is not None
    assert found.ks_low is not None
    assert found.ks_high is not None
    windows = asking(looked, "wind", (found.ks_low + found.ks_high) / 2)
    done = exact(windows, report, UNTIL).column("wind")
    assert done is not None
    (partition,) = windows.log.partitions(Interval(start=FEBRUARY, end=UNTIL))
    now = pq.read_table(windows.log.path(partition.files[0]))["feature_wind"].to_numpy()
    snapshot = Ledger(looked.ws.store, "small", windows.champion.watched.run_id).read("snapshot", Snapshot)
    was = scan(looked.ws.store, snapshot, windows.champion.reference.interval, ["wind"])["wind"].to_numpy()
    statistic = pytest.approx(stats.ks_2samp(was, now).statistic, abs=1e-12)
    assert found.ks_low < found.ks_high
    assert done.ks_low == done.ks_high == done.proven["ks"] == statistic
    for above in (found.ks_low - 1e-9, found.ks_high):
        assert exact(asking(looked, "wind", above), report, UNTIL) == report, "the bounds say it already"
    by_chance = replace(report, columns=tuple(replace(c, proven={}) for c in report.columns))
    assert exact(windows, by_chance, UNTIL) == by_chance


@pytest.mark.parametrize(("part", "name"), [("feature", "wind"), ("prediction", "prediction"), ("label", "label")])
def test_the_values_of_both_sides_are_those_that_were_counted(looked: Place, part: Part, name: str) -> None:
    windows = asking(looked, "wind", 0.5)
    reference, ledger = windows.champion.reference, Ledger(looked.ws.store, "small", windows.champion.watched.run_id)
    snapshot, gated = ledger.read("snapshot", Snapshot), ledger.read("package", ModelPackage)
    sample = getattr(reference, PARTS[part])
    layout = Layout(model="small", columns=(sample.layout.by_name[name],))
    buffer = io.BytesIO()
    pq.write_table(
        pa.table({name: values_of(looked.ws.spec, reference, gated, snapshot, looked.ws.store, part, name)}), buffer
    )
    assert profile(buffer.getvalue(), layout).counts[name] == sample.profile.counts[name]
    counts, files, stored = windows.column(part, name, Interval(start=FEBRUARY, end=UNTIL), MARCH)
    assert counts.values > 30
    found = [profile(file, layout, {stored: name}, mask).counts[name] for file, mask in files]
    assert sum(found[1:], start=found[0]) == counts


def test_without_the_rows_of_the_reference_the_bounds_stay(looked: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    report = read_drift(looked.ws.store, folder_of("small", UNTIL) + DRIFT)
    report = replace(
        report, columns=tuple(replace(c, ks_low=0.0, ks_high=1.0, proven={"ks": 0.0}) for c in report.columns)
    )

    def gone(*_: Any) -> Any:
        raise NotFound("small/raw/1.parquet is gone.")

    monkeypatch.setattr("evergreen.flows.exact.values_of", gone)
    assert exact(asking(looked, "wind", 0.5), report, UNTIL) == report
