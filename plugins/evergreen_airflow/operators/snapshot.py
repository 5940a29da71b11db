"""Snapshot: fix the data of a run."""

from typing import TYPE_CHECKING, Any

from evergreen_airflow.operators.retraining import RetrainingOperator
from evergreen_airflow.runs import run_of

if TYPE_CHECKING:
    from airflow.sdk import Context

    from evergreen.flows.workspace import Workspace
    from evergreen.records.snapshot import Snapshot


class SnapshotOperator(RetrainingOperator["Snapshot"]):
    """Begins the run, which fixes ``as_of`` for every later step, and stores the manifest of its data."""

    step = "snapshot"

    def call(self, ws: "Workspace", context: "Context") -> "Snapshot":
        """Begin the run, unless an earlier try has, and take the snapshot."""
        from evergreen.flows import retrain

        return retrain.snapshot(ws, retrain.begin(ws, run_of(context, ws.spec)))

    def summary(self, record: "Snapshot") -> dict[str, Any]:
        """Digest, window and size."""
        return {
            "snapshot": record.digest,
            "as_of": record.as_of.isoformat(),
            "start": record.window.start.isoformat(),
            "end": record.window.end.isoformat(),
            "rows": record.rows,
            "parts": len(record.parts),
        }
