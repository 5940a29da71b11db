"""What a scrape of the fleet reads."""

from dataclasses import replace

import pytest
from tests.unit.monitoring.samples import NOW, column, drift, estimate, performance, report

from evergreen.flows.gauges import GAUGES, gauges
from evergreen.flows.looks import newest_key
from evergreen.records.monitor import Finding
from evergreen.stores.memory import MemoryStore


def finding() -> Finding:
    return Finding(
        rule="drift",
        subject="",
        then="retrain",
        holds=True,
        fired=True,
        value=0.5,
        threshold=0.2,
        low=None,
        high=None,
        since=NOW,
        sentence="Much has drifted.",
    )


def test_a_scrape_has_the_newest_numbers_of_each_model() -> None:
    store = MemoryStore()
    store.put("flights/d.json", drift(column("temp", drifts=True), column("hour", drifts=False)).to_json())
    measured, expected = {"roc_auc": estimate(0.7, 0.68, 0.72)}, {"roc_auc": estimate(0.71)}
    store.put("flights/p.json", performance(measured, expected).to_json())
    look = replace(report((finding(),)), drift="flights/d.json", performance="flights/p.json")
    store.put(newest_key("flights"), look.to_json())
    text = gauges(store, ["flights", "never_looked_at"]).decode()
    for line in (
        'evergreen_champion_version{model="flights"} 2.0',
        'evergreen_finding{model="flights",rule="drift",subject="",then="retrain"} 1.0',
        'evergreen_drift_weighted_share{model="flights"} 0.5',
        'evergreen_column_drifts{column="temp",model="flights"} 1.0',
        'evergreen_column_drifts{column="hour",model="flights"} 0.0',
        'evergreen_performance_low{metric="roc_auc",model="flights"} 0.68',
        'evergreen_estimated_performance{metric="roc_auc",model="flights"} 0.71',
        'evergreen_labelled_share{model="flights"} 0.9',
        'evergreen_label_lag_seconds{model="flights",quantile="0.95"} 7200.0',
    ):
        assert line in text.splitlines()
    assert "never_looked_at" not in text
    assert all(f"# TYPE evergreen_{name} gauge" in text for name in GAUGES)


def test_a_window_too_small_has_no_share_of_drift() -> None:
    store = MemoryStore()
    store.put("flights/d.json", drift(column("temp", drifts=False), enough=False).to_json())
    store.put(newest_key("flights"), replace(report(()), drift="flights/d.json").to_json())
    text = gauges(store, ["flights"]).decode()
    assert 'evergreen_drift_share{model="flights"}' not in text
    assert 'evergreen_column_null_rate{column="temp",model="flights"} 0.0' in text


@pytest.mark.parametrize("part", ["last.json", "d.json", "p.json"])
@pytest.mark.parametrize("content", [None, b"{"])
def test_a_model_that_cannot_be_read_hides_no_other_and_says_so(part: str, content: bytes | None) -> None:
    store = MemoryStore()
    for model in ("bad", "good"):
        store.put(f"{model}/d.json", drift(column("temp", drifts=True)).to_json())
        store.put(f"{model}/p.json", performance({"roc_auc": estimate(0.7)}).to_json())
        look = replace(report((finding(),)), model=model, drift=f"{model}/d.json", performance=f"{model}/p.json")
        store.put(newest_key(model), look.to_json())
    key = newest_key("bad") if part == "last.json" else f"bad/{part}"
    store.delete(key)
    if content is not None:
        store.put(key, content)
    lines = gauges(store, ["bad", "good"]).decode().splitlines()
    assert 'evergreen_report_readable{model="good"} 1.0' in lines
    assert 'evergreen_finding{model="good",rule="drift",subject="",then="retrain"} 1.0' in lines
    never_looked_at = content is None and part == "last.json"
    assert ('evergreen_report_readable{model="bad"} 0.0' in lines) is not never_looked_at
    assert ('evergreen_window_rows{model="bad"} 1000.0' in lines) is (part != "last.json")
