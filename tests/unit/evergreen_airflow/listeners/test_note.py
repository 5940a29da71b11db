"""The note on a run."""

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import orm

from evergreen_airflow.listeners import note


class Session:
    """Answers the one query of the listener."""

    def __init__(self, handed_over: object) -> None:
        self.row = SimpleNamespace(value=handed_over) if handed_over is not None else None

    def scalars(self, query: Any) -> Any:
        assert "xcom" in str(query).lower()
        return SimpleNamespace(first=lambda: self.row)


def _run(
    monkeypatch: pytest.MonkeyPatch, handed_over: object, *, dag_id: str = "retrain__small", by: Any = None
) -> Any:
    monkeypatch.setattr(orm, "object_session", lambda _: Session(handed_over))
    written = None if by is None else SimpleNamespace(user_id=by)
    return SimpleNamespace(dag_id=dag_id, run_id="r1", note="before", dag_run_note=written)


@pytest.mark.parametrize("kind", ["retrain", "monitor", "confirm"])
def test_what_the_report_handed_over_becomes_the_note(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    run = _run(monkeypatch, '"**small**: challenger"', dag_id=f"{kind}__small")
    note.on_dag_run_success(run, "")
    assert run.note == "**small**: challenger"


def test_a_note_fits_the_column(monkeypatch: pytest.MonkeyPatch) -> None:
    run = _run(monkeypatch, '"' + "x" * 5_000 + '"')
    note.on_dag_run_failed(run, "")
    assert len(run.note) == 1_000


@pytest.mark.parametrize(
    ("handed_over", "more"),
    [(None, {}), ('{"a": 1}', {}), ('"text"', {"by": "ann"}), ('"text"', {"dag_id": "somebody_elses"})],
)
def test_what_is_not_ours_stays(monkeypatch: pytest.MonkeyPatch, handed_over: object, more: dict[str, Any]) -> None:
    run = _run(monkeypatch, handed_over, **more)
    note.on_dag_run_success(run, "")
    assert run.note == "before"
