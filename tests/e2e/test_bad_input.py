"""Bad input: the right state, a clear message, nothing half-written, and nobody else is stopped."""

from collections.abc import Callable
from typing import Any

import pytest

from evergreen.flows.ledger import Ledger
from evergreen.flows.workspace import Workspace
from evergreen.records.report import Outcome, Report

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

AS_OF = "2013-03-01T00:00:00Z"


def test_a_broken_folder_is_shown_while_others_run(
    house: Any, small: Workspace, write_folder: Callable[[str, str], None]
) -> None:
    write_folder("e2e_broken", "version: 1\nname: e2e_broken\nownr: {}\n")
    assert "broken" in {t["name"] for t in house.parsed("retrain__e2e_broken")["tags"]}
    text = house.ask("GET", "/dags/retrain__e2e_broken/details")["doc_md"]
    assert "ownr" in text
    assert "owner" in text
    assert house.parsed(f"retrain__{small.model}")["is_stale"] is False
    assert house.ask("GET", "/importErrors")["total_entries"] == 0


def test_a_truncated_object_is_red_and_leaves_nothing(
    house: Any, drop: Callable[..., Workspace], parquet: bytes
) -> None:
    ws = drop("e2e_truncated", data=parquet[: len(parquet) // 2])
    house.trigger("retrain__e2e_truncated", "bad", as_of=AS_OF)
    seen = house.finished("retrain__e2e_truncated", "bad")
    assert (seen.state, seen.states["snapshot"], seen.states["report"]) == ("failed", "failed", "failed")
    assert seen.tries["snapshot"] == 1
    assert "events.parquet" in house.log("retrain__e2e_truncated", "bad", "snapshot")
    assert Ledger(ws.store, "e2e_truncated", "bad").read("report", Report).outcome is Outcome.FAILED
    assert "snapshot" in seen.note
    for folder in ("parts", "snapshots"):
        assert list(ws.store.list(f"e2e_truncated/{folder}/")) == []


def test_data_that_fails_a_critical_expectation_is_a_green_refusal(house: Any, drop: Callable[..., Workspace]) -> None:
    rows = {"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 1_000_000}}
    ws = drop("e2e_thin", suite={"version": 1, "expectations": [rows]})
    house.trigger("retrain__e2e_thin", "thin", as_of=AS_OF)
    seen = house.finished("retrain__e2e_thin", "thin")
    assert (seen.state, seen.states["validate"], seen.states["report"]) == ("success", "success", "success")
    assert {seen.states[t] for t in ("split", "train", "gate", "refit", "release")} == {"skipped"}
    assert Ledger(ws.store, "e2e_thin", "thin").read("report", Report).outcome is Outcome.REFUSED_DATA
    assert "refused: data" in seen.note
