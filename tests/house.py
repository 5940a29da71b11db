"""Model folders beside the project's own, and what a person sees of their runs through Airflow's REST API.

The stack of the tests reads a copy of the project's ``models/``; there the tests drop their folders, as a user would.
"""

import io
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from evergreen.core.settings import settings
from evergreen.flows.ledger import Ledger
from evergreen.records.refit import Refit
from evergreen.records.report import Outcome
from evergreen.records.run import Run, Way
from evergreen.stack import status

if TYPE_CHECKING:  # every test run imports this, and the stores and stations take ten seconds
    from evergreen.flows.workspace import Workspace

PATIENCE = 600.0
STARTING = {"scheduled", "queued", "running"}
ENDED = {"success", "failed", "skipped", "upstream_failed"}
PROJECT = Path(__file__).resolve().parents[1]
START, END = datetime(2013, 1, 1, tzinfo=UTC), datetime(2013, 3, 1, tzinfo=UTC)

SUITE = {"version": 1, "expectations": [{"type": "expect_column_values_to_be_unique", "kwargs": {"column": "id"}}]}
RECIPE = '''
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline


def build(*, max_iter, seed):
    """Trees on two numbers."""
    return make_pipeline(HistGradientBoostingClassifier(max_iter=max_iter, early_stopping=False, random_state=seed))
'''


def spec_of(name: str) -> dict[str, Any]:
    """The spec of the small model under another name."""
    return {
        "version": 1,
        "name": name,
        "owner": {"name": "Tests", "email": "tests@example.com"},
        "purpose": "Tests what a run through a real scheduler does.",
        "task": "binary",
        "source": {"kind": "objects"},
        "columns": {
            "event_time": "at",
            "keys": ["id"],
            "label": {"column": "late", "positive": 1},
            "features": {"numeric": ["distance", "wind"]},
        },
        "training": {
            "window": {"kind": "expanding", "start": "2013-01-01"},
            "split": {"test": "14d"},
            "hyperparameters": {"max_iter": {"default": 20, "low": 1, "high": 200}},
        },
        "gates": [{"rule": "minimum", "metric": "roc_auc", "at_least": 0.6}],
    }


def _table(rows: int = 3_000) -> pa.Table:
    draw = np.random.default_rng(0)
    distance, wind = draw.uniform(100, 3000, rows), draw.uniform(0, 40, rows)
    late = (distance / 3000 + wind / 40 + draw.normal(0, 0.3, rows) > 1).astype(np.int64)
    moments = [START + i * (END - START) / rows for i in range(rows)]
    return pa.table(
        {"id": np.arange(rows), "at": pa.array(moments, pa.timestamp("us", tz="UTC")),
         "distance": distance, "wind": wind, "late": late}
    )  # fmt: skip


def _parquet() -> bytes:
    buffer = io.BytesIO()
    pq.write_table(_table(), buffer)
    return buffer.getvalue()


@dataclass(frozen=True)
class Seen:
    """A run as Airflow's REST API shows it."""

    run: dict[str, Any]
    states: dict[str, str]
    tries: dict[str, int]

    @property
    def state(self) -> str:
        """How the run ended."""
        return str(self.run["state"])

    @property
    def note(self) -> str:
        """The note on the run."""
        return str(self.run["note"])


def _worker(instance: str) -> psutil.Process | None:
    """The process that runs this task instance, looked for during two seconds, much oftener than Airflow can be asked."""
    # Borne from the first moment on; the id is there before the process. A fork that sends an event adds to it.
    title = f"airflow worker -- {instance}"
    deadline = time.monotonic() + 2.0
    while time.monotonic() < deadline:
        for process in psutil.process_iter():
            try:
                if " ".join(process.cmdline()).rstrip().endswith(title):
                    return process
            except psutil.Error:
                continue
        time.sleep(0.01)
    return None


class House:
    """The stack with a model's DAGs: what the tests ask of it."""

    def __init__(self, stack: Any) -> None:
        self.stack = stack
        self.models = Path(stack.env["EVERGREEN_MODELS_DIR"])

    def ask(self, method: str, path: str, **request: Any) -> Any:
        """The answer of Airflow's API, which must be a good one."""
        answer = self.stack.api(method, f"/api/v2{path}", **request)
        assert answer.is_success, answer.text
        return answer.json()

    def place(self, name: str, draft: Path) -> None:
        """Give the stack this model folder, and let it look at once as a person does on the page of a DAG."""
        draft.rename(self.models / name)
        for token in {dag["file_token"] for dag in self.ask("GET", "/dags", params={"limit": 100})["dags"]}:
            answer = self.stack.api("PUT", f"/api/v2/parseDagFile/{token}")
            assert answer.status_code in {201, 409}, answer.text  # 409: it was asked for just now

    def wait(self, what: str, ready: Callable[[], Any], patience: float = PATIENCE) -> Any:
        """Ask until the answer is true."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if found := ready():
                return found
            time.sleep(0.7)
        raise AssertionError(f"Waited {patience:.0f} s for {what}.")

    def parsed(self, dag_id: str) -> dict[str, Any]:
        """The DAG, as soon as it is known."""

        def known() -> Any:
            answer = self.stack.api("GET", f"/api/v2/dags/{dag_id}")
            return answer.json() if answer.is_success else None

        found: dict[str, Any] = self.wait(dag_id, known)
        return found

    def unpause(self, dag_id: str) -> None:
        """Let the scheduler run the DAG."""
        self.parsed(dag_id)
        self.ask("PATCH", f"/dags/{dag_id}", json={"is_paused": False})

    def waiting(self, model: str) -> str:
        """The run in which the model's requests are waited for, as soon as its first task has deferred."""
        dag_id = f"drift_watch__{model}"

        def deferred() -> str:
            path = f"/dags/{dag_id}/dagRuns/~/taskInstances?state=deferred&limit=10"
            answer = self.stack.api("GET", f"/api/v2{path}")
            found = answer.json()["task_instances"] if answer.is_success else []
            return str(found[0]["dag_run_id"]) if found else ""

        found: str = self.wait(f"{dag_id} to wait", deferred)
        return found

    def kill_component(self, name: str) -> None:
        """Send SIGKILL to a component of the stack as soon as it does its work; its supervisor starts it again."""

        def ready() -> int | None:
            seen = status.read(self.stack.state.status)
            found = seen.components[name] if seen else None
            return found.pid if found is not None and found.phase is status.Phase.READY else None

        os.kill(self.wait(f"{name} to be ready", ready), signal.SIGKILL)

    def trigger(self, dag_id: str, run_id: str, /, **conf: Any) -> Any:
        """Ask for a run as the form does; the answer may be a refusal."""
        body = {"dag_run_id": run_id, "logical_date": None, "conf": conf}
        return self.stack.api("POST", f"/api/v2/dags/{dag_id}/dagRuns", json=body)

    def seen(self, dag_id: str, run_id: str) -> Seen | None:
        """The run now; None while there is none."""
        path = f"/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}"
        answer = self.stack.api("GET", f"/api/v2{path}")
        if not answer.is_success:
            return None
        tasks = self.ask("GET", f"{path}/taskInstances?limit=100")["task_instances"]
        return Seen(
            run=answer.json(),
            states={t["task_id"]: t["state"] for t in tasks},
            tries={t["task_id"]: t["try_number"] for t in tasks},
        )

    def finished(self, dag_id: str, run_id: str, patience: float = PATIENCE) -> Seen:
        """The run when it has ended."""

        def ended() -> Seen | None:
            seen = self.seen(dag_id, run_id)
            return seen if seen is not None and seen.state in {"success", "failed"} else None

        found: Seen = self.wait(f"{dag_id} {run_id} to end", ended, patience)
        return found

    def kill(self, dag_id: str, run_id: str, task: str, *, after: float = 0.0) -> bool:
        """Send SIGKILL to the process of a task, ``after`` seconds into it; no when the task was done before."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}/taskInstances/{task}"
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            answer = self.stack.api("GET", path)
            instance = answer.json() if answer.is_success else {"state": None, "id": None}
            if instance["state"] in ENDED:
                return False
            if instance["state"] not in STARTING:
                time.sleep(0.2)  # looking for its process would cost the tasks before it a core
            elif process := _worker(str(instance["id"])):
                time.sleep(after)
                try:
                    process.kill()
                except psutil.NoSuchProcess:
                    return False
                return True
        raise AssertionError(f"Waited {PATIENCE:.0f} s for the process of {task}.")

    def why(self, seen: Seen) -> str:
        """The end of the log of the first task that failed; empty when none did."""
        red = [task for task, state in seen.states.items() if state == "failed" and task != "report"]
        if not red:
            return ""
        log = self.log(seen.run["dag_id"], seen.run["dag_run_id"], red[0], seen.tries[red[0]])
        return f"{red[0]}: {log[-3000:]}"

    def log(self, dag_id: str, run_id: str, task: str, attempt: int = 1) -> str:
        """What the task wrote."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}/taskInstances/{task}/logs/{attempt}"
        return str(self.stack.api("GET", path).text)


def retrain_here(ws: "Workspace", run_id: str, **hyperparameters: Any) -> int:
    """Train a challenger in this process, on the stores of the stack: for tests of what comes after. Gives its version."""
    from evergreen.flows import chain

    run = Run(
        model=ws.model,
        run_id=run_id,
        way=Way.MANUAL,
        as_of=END,
        asked_by="admin",
        reason="to see",
        hyperparameters=hyperparameters,
    )
    report = chain.retrain(ws, run)
    assert report.outcome is Outcome.CHALLENGER, report.text
    return Ledger(ws.store, ws.model, run_id).read("refit", Refit).version.number


@pytest.fixture(scope="session")
def house(stack: Any) -> Iterator[House]:
    """The running stack; this process works on its stores, too."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in stack.env.items():
            if name.startswith("EVERGREEN_"):
                patch.setenv(name, value)
        settings.cache_clear()
        yield House(stack)
    settings.cache_clear()


@pytest.fixture(scope="session")
def drop(house: House) -> Callable[..., "Workspace"]:
    """Drop a model folder with data, unpause its DAG, and give its workspace. Other arguments replace keys of its spec."""
    from evergreen.flows.workspace import open_workspace

    def dropped(
        name: str, *, data: bytes | None = None, suite: dict[str, Any] | None = None, **changes: Any
    ) -> "Workspace":
        draft = house.models / f".{name}"
        draft.mkdir()
        (draft / "model.yaml").write_text(yaml.safe_dump(spec_of(name) | changes), encoding="utf-8")
        (draft / "pipeline.py").write_text(RECIPE, encoding="utf-8")
        (draft / "expectations.yaml").write_text(yaml.safe_dump(suite or SUITE), encoding="utf-8")
        house.place(name, draft)
        ws = open_workspace(name)
        ws.store.put(f"{name}/raw/start=2013-01-01/end=2013-03-01/events.parquet", data or _parquet())
        house.unpause(f"retrain__{name}")
        return ws

    return dropped


@pytest.fixture
def write_folder(house: House) -> Callable[[str, str], None]:
    """Drop a folder with this ``model.yaml`` and nothing else."""

    def written(name: str, text: str) -> None:
        draft = house.models / f".{name}"
        draft.mkdir()
        (draft / "model.yaml").write_text(text, encoding="utf-8")
        house.place(name, draft)

    return written


@pytest.fixture(scope="session")
def parquet() -> bytes:
    """Good raw data of the small model."""
    return _parquet()


@pytest.fixture(scope="session")
def small(drop: Callable[..., "Workspace"]) -> "Workspace":
    """A small model with good data."""
    return drop("e2e_small")


@pytest.fixture(scope="session")
def by_hand(house: House, small: "Workspace") -> Seen:
    """The run ``by-hand`` of the small model, whose form a person has filled in; it has ended."""
    dag_id = f"retrain__{small.model}"
    answer = house.trigger(dag_id, "by-hand", as_of=END.isoformat(), max_iter=25, reason="More trees.")
    assert answer.is_success, answer.text
    seen = house.finished(dag_id, "by-hand")
    assert set(seen.states.values()) == {"success"}, house.why(seen) or seen.note
    return seen


@pytest.fixture(scope="session")
def land_flights() -> Callable[["Workspace", range], None]:
    """Land months of flights as the airline does."""

    def landed(ws: "Workspace", months: range) -> None:
        spec = spec_from_file_location("e2e_loader", PROJECT / "models" / "flight_delays" / "loader.py")
        assert spec is not None
        assert spec.loader is not None
        loader = module_from_spec(spec)
        spec.loader.exec_module(loader)
        loader.land(ws.store, months, producer_run="e2e", model=ws.model, label=ws.spec.columns.label.column)

    return landed
