"""One query gives the auditor's table."""

from dataclasses import replace
from typing import Any

from tests.unit.flows.governed import opened
from tests.unit.journal.story import MODEL

from evergreen.core.errors import OutageError
from evergreen.flows.versions import versions
from evergreen.stores.memory_registry import MemoryRegistry


class Down(MemoryRegistry):
    """MLflow while it does not answer."""

    def versions(self, model: str) -> Any:
        raise OutageError(f"MLflow does not answer when asked for {model}.")


def test_every_version_has_a_row_whether_it_was_measured_or_not() -> None:
    books, registry = opened()
    registry.files["models:/m-3"] = {}
    registry.create_version(MODEL, run_id="r", model_uri="models:/m-3", tags={"evergreen.snapshot": "s3"})
    rows, missing = versions(books)
    assert missing == ""
    assert [(r["model_id"], r["stage"], r["approved_for_production"], r["approved_by"]) for r in rows] == [
        ("small/1", "previous", "yes", "policy:auto"),
        ("small/2", "champion", "yes", "policy:auto"),
        ("small/3", "", "pending", ""),
    ]
    assert rows[2]["snapshot"] == "s3"


def test_the_journal_answers_while_mlflow_does_not() -> None:
    books, _ = opened()
    rows, missing = versions(replace(books, registry=Down()))
    assert [row["version"] for row in rows] == ["1", "2"]
    assert "does not answer" in missing
