"""What a drift report says of windows that changed in a known way, and of those that did not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from evergreen.core.errors import InputError
from evergreen.monitoring.compared import PARTS
from evergreen.monitoring.drift import drift
from evergreen.monitoring.findings import findings
from evergreen.records.drift import DriftReport, Part
from evergreen.records.interval import Interval
from evergreen.records.reference import Reference
from evergreen.spec.monitoring import Monitoring

from .drifts import BEFORE, WINDOW, profile_of, reference_of, report_of, rows, spec_of
from .samples import seen


@pytest.fixture(scope="module")
def reference() -> Reference:
    return reference_of(rows(20_000, 0))


def drifting(report: DriftReport) -> set[str]:
    return {column.name for column in report.columns if column.drifts}


def test_nothing_changed_and_nothing_is_found(reference: Reference) -> None:
    report = report_of(reference, rows(5_000, 1))
    assert drifting(report) == set()
    assert (report.share, report.weighted_share, report.enough, report.rows) == (0, 0, True, 5_000)
    assert {column.name for column in report.columns} == {"temp", "wind", "carrier", "prediction", "label"}
    assert "No change that counts" in report.columns[0].sentence


def _moved(name: str, values: Any) -> dict[str, Any]:
    return rows(5_000, 2) | {name: values}


MOVED = {
    "mean": ("temp", np.random.default_rng(3).normal(15 + 0.25 * 8, 8, 5_000), "standard deviations apart"),
    "variance": ("temp", np.random.default_rng(3).normal(15, 12, 5_000), "standard deviations apart"),
    "nulls": (
        "wind",
        np.where(np.arange(5_000) % 10 == 0, np.nan, rows(5_000, 2)["wind"]),
        "Nulls went from 2.0% to 12",
    ),
    "mix": ("carrier", np.repeat(["UA", "DL", "AA", "WN"], 1_250).astype(object), "Jensen-Shannon"),
    "new": ("carrier", np.repeat(["UA", "DL", "AA", "WN", "B6"], [2_000, 1_500, 900, 500, 100]).astype(object), "B6"),
    "score": ("prediction", np.random.default_rng(3).beta(3, 6, 5_000), "standard deviations apart"),
    "label": ("label", np.repeat(["0", "1"], [3_000, 2_000]).astype(object), "Jensen-Shannon"),
}


@pytest.mark.parametrize("change", MOVED)
def test_a_change_is_found_in_its_column_alone_and_said(reference: Reference, change: str) -> None:
    name, values, words = MOVED[change]
    report = report_of(reference, _moved(name, values))
    assert drifting(report) == {name}
    worst = report.columns[0]
    assert (worst.name, worst.drifts, worst.since) == (name, True, WINDOW.start)
    assert worst.p_value < 0.001
    assert words in worst.sentence


def test_a_category_that_is_gone_is_named(reference: Reference) -> None:
    report = report_of(
        reference, _moved("carrier", np.repeat(["UA", "DL", "AA"], [2_200, 1_700, 1_100]).astype(object))
    )
    found = report.column("carrier")
    assert found is not None
    assert found.vanished == ("WN",)
    assert "Gone: WN." in found.sentence


def test_a_significant_change_that_is_too_small_does_not_count(reference: Reference) -> None:
    report = report_of(reference, rows(200_000, 4) | {"temp": np.random.default_rng(5).normal(15.5, 8, 200_000)})
    found = report.column("temp")
    assert found is not None
    assert found.p_value < 1e-6
    assert not found.drifts


def test_few_rows_say_so(reference: Reference) -> None:
    report = report_of(reference, rows(300, 6) | {"temp": np.full(300, 99.0)})
    assert not report.enough
    assert drifting(report) == set()
    assert report.reason == "Not enough rows: the window has 300 and 500 are needed (monitoring.drift.min_rows)."
    assert all(column.sentence == report.reason for column in report.columns if column.part == "feature")


def test_days_that_differ_anyway_are_no_drift_and_days_beyond_that_are() -> None:
    day = np.repeat(np.arange(60), 100)
    reference = reference_of(rows(6_000, 7, day=day, effect=0.5), day=day, unit="day")
    found = []
    for seed in range(20):
        window = rows(1_000, 100 + seed, day=np.repeat(np.arange(10), 100), effect=0.5)
        found.append(report_of(reference, window, units=10))
    assert sum(bool(drifting(report)) for report in found) <= 2
    assert sum((report.column("temp") or report.columns[0]).wasserstein > 0.1 for report in found) > 10  # type: ignore[operator]
    moved = rows(1_000, 8, day=np.repeat(np.arange(10), 100), effect=0.5)
    assert drifting(report_of(reference, moved | {"temp": moved["temp"] + 16}, units=10)) == {"temp"}


def test_one_stray_null_does_not_vouch_for_values_that_differ_by_chance() -> None:
    day = np.repeat(np.arange(60), 700)
    reference = reference_of(rows(42_000, 7, day=day, effect=0.6), day=day, unit="day")
    rule = {"rule": "column_drift", "column": "temp", "statistic": "psi", "above": 0.1}
    spec = spec_of("day")
    spec = spec.model_copy(update={"monitoring": Monitoring.model_validate({"rules": [rule]})})
    large, held = 0, 0
    for seed in range(10):
        window = rows(4_900, 100 + seed, day=np.repeat(np.arange(7), 700), effect=0.6)
        window["temp"][0] = np.nan
        report = report_of(reference, window, units=7)
        found = report.column("temp")
        assert found is not None
        assert found.p_value < 1e-6, "a null where there never was one"
        large += (found.psi or 0.0) > 0.1
        held += findings(spec, seen(report))[0].holds
    assert (large >= 2, held) == (True, 0)
    window["temp"][:400] = np.nan
    assert findings(spec, seen(report_of(reference, window, units=7)))[0].holds, "a burst of them is a shift by itself"


def test_a_small_shift_is_found_in_ten_thousand_rows_and_nothing_in_as_many_unchanged(reference: Reference) -> None:
    random, alarms, found = np.random.default_rng(13), 0, 0
    for seed in range(200, 225):
        window = rows(10_000, seed)
        alarms += bool(drifting(report_of(reference, window)))
        found += drifting(report_of(reference, window | {"temp": random.normal(15 + 0.2 * 8, 8, 10_000)})) == {"temp"}
    assert (alarms, found) == (0, 25)


def test_few_days_say_so() -> None:
    day = np.repeat(np.arange(30), 100)
    reference = reference_of(rows(3_000, 9, day=day), day=day, unit="day")
    report = report_of(reference, rows(1_000, 10), units=3)
    assert not report.enough
    assert "3 of day and 7 are needed" in report.reason


@pytest.mark.parametrize(("part", "which"), [("prediction", "of the champion"), ("label", "with a label")])
def test_a_part_of_few_days_or_rows_is_not_judged_by_the_days_of_the_features(part: Part, which: str) -> None:
    """After a promotion the champion's own answers are of one day, whatever the window has."""
    day = np.repeat(np.arange(30), 100)
    reference = reference_of(rows(3_000, 9, day=day), day=day, unit="day")
    window = rows(1_000, 10)
    moved = window | {"prediction": window["prediction"] / 2, "label": np.full(1_000, "1", dtype=object)}
    assert part in drifting(report_of(reference, moved, units=14))
    report = report_of(reference, moved, units={**dict.fromkeys(PARTS, 14), part: 1})
    found = report.column(part)
    assert found is not None
    assert report.enough
    assert (found.drifts, found.p_value) == (False, 1.0)
    assert found.sentence.startswith(f"Not enough sampling units {which}: the window has 1 of day and 7 are needed")
    found = report_of(reference, moved, units=14, spec=spec_of("day", min_rows=1_001)).column(part)
    assert found is not None
    assert found.sentence.startswith(f"Not enough rows {which}: the window has 1,000 and 1,001 are needed")


def test_the_units_of_every_part_must_be_known() -> None:
    day = np.repeat(np.arange(30), 100)
    reference = reference_of(rows(3_000, 9, day=day), day=day, unit="day")
    with pytest.raises(InputError, match="say how many there are of the prediction and the label"):
        report_of(reference, rows(1_000, 10), units={"feature": 10})


def test_a_reference_of_few_days_is_not_compared() -> None:
    day = np.repeat(np.arange(4), 700)
    reference = reference_of(rows(2_800, 9, day=day), day=day, unit="day")
    report = report_of(reference, rows(1_000, 10) | {"temp": np.full(1_000, 99.0)}, units=7)
    assert drifting(report) == set()
    assert "The reference has 4 sampling units of it" in report.columns[0].sentence


def test_what_was_not_logged_or_never_had_a_value_is_said_so() -> None:
    table = rows(5_000, 11)
    reference = reference_of(table | {"gust": np.full(5_000, np.nan)})
    window = {name: values for name, values in rows(2_000, 12).items() if name != "wind"} | {"gust": np.ones(2_000)}
    report = report_of(reference, window, labels=False)
    said = {column.name: column for column in report.columns}
    assert said["wind"].sentence == "The predictions were logged without it."
    assert said["label"].sentence == "No label has come yet."
    assert (said["wind"].rows, said["wind"].psi, said["wind"].p_value) == (0, None, 1.0)
    assert said["gust"].drifts  # it has no nulls any more
    assert said["gust"].sentence.startswith("Nulls went from 100.0% to 0.0%")


def test_importance_weighs_what_drifts(reference: Reference) -> None:
    window = _moved("temp", np.random.default_rng(3).normal(25, 8, 5_000))
    report = report_of(reference, window, weights={"temp": 3.0, "wind": 1.0, "carrier": -0.5})
    assert report.share == pytest.approx(1 / 3)
    assert report.weighted_share == 0.75
    assert {c.name: c.weight for c in report.columns} == {
        "temp": 0.75, "wind": 0.25, "carrier": 0.0, "prediction": 0.0, "label": 0.0
    }  # fmt: skip
    assert report_of(reference, window).weighted_share == pytest.approx(1 / 3)


def test_it_is_said_since_when(reference: Reference) -> None:
    changed = _moved("temp", np.random.default_rng(3).normal(25, 8, 5_000))
    reports: list[DriftReport] = []
    for number, table in enumerate([changed, rows(5_000, 1), changed, rows(300, 1), changed]):
        step = timedelta(days=number)
        window = Interval(start=WINDOW.start + step, end=WINDOW.end + step)
        reports.append(report_of(reference, table, window=window, earlier=reports[::-1]))
    since = [report.columns[0].since for report in reports]
    third = WINDOW.start + timedelta(days=2)
    assert since == [WINDOW.start, None, third, None, third]  # a window of few rows does not end the run
    begun = replace(reports[0], columns=tuple(replace(c, since=BEFORE.start) for c in reports[0].columns if c.drifts))
    next_day = Interval(start=WINDOW.start + timedelta(days=1), end=WINDOW.end + timedelta(days=1))
    found = report_of(reference, changed, window=next_day, earlier=[begun])
    assert found.columns[0].since == BEFORE.start, "however long ago: no report is read but the newest"
    other = [replace(report, reference="of another version") for report in reports]
    window = Interval(start=WINDOW.start + timedelta(days=5), end=WINDOW.end + timedelta(days=5))
    assert report_of(reference, changed, window=window, earlier=other).columns[0].since == window.start


def test_a_day_with_few_labels_does_not_end_their_drift(reference: Reference) -> None:
    flipped = rows(5_000, 1) | {"label": np.ones(5_000, dtype=np.int8)}
    reports: list[DriftReport] = []
    for number, labels in enumerate([flipped["label"], flipped["label"][:100], flipped["label"]]):
        step = timedelta(days=number)
        window = Interval(start=WINDOW.start + step, end=WINDOW.end + step)
        reports.append(report_of(reference, {**flipped, "label": labels}, window=window, earlier=reports[::-1]))
    found = [report.column("label") for report in reports]
    assert [(c.judged, c.drifts, c.since) for c in found if c] == [
        (True, True, WINDOW.start),
        (False, False, None),
        (True, True, WINDOW.start),
    ]


def test_rare_new_categories_are_new_in_every_window_and_no_drift() -> None:
    def tails(count: int, seed: int) -> np.ndarray:
        return np.char.add("N", (np.random.default_rng(seed).pareto(0.7, count) * 9).astype(int).astype(str)).astype(
            object
        )

    reference = reference_of(rows(900, 0) | {"carrier": tails(900, 1)})
    found = [report_of(reference, rows(2_000, s) | {"carrier": tails(2_000, s)}).column("carrier") for s in range(2, 8)]
    assert min(c.new_share for c in found if c) > 0.05
    assert not any(c.drifts for c in found if c)
    strange = tails(2_000, 9)
    strange[:800] = "B6"
    assert drifting(report_of(reference, rows(2_000, 9) | {"carrier": strange})) == {"carrier"}


def test_equal_inputs_give_an_equal_report_and_other_bins_none(reference: Reference) -> None:
    again = Reference.from_bytes(reference.to_bytes())
    assert again.digest == reference.digest
    assert report_of(again, rows(5_000, 1)).to_json() == report_of(reference, rows(5_000, 1)).to_json()
    other = reference_of(rows(1_000, 5))
    with pytest.raises(InputError, match="Profile the rows again"):
        drift(
            spec_of(),
            reference,
            profile_of(other.layout, rows(1_000, 6)),
            window=WINDOW,
            units={},
            version=1,
            weights={},
        )
