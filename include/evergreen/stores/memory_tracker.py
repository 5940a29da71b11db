"""MemoryTracker: the diary of trainings in unit tests, with the semantics of MLflow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import skops.io

from evergreen.core.errors import NotFound
from evergreen.stores.ports import LoggedDataset, LoggedModel


@dataclass
class TrackedRun:
    """What was noted of one run. ``status`` is MLflow's: RUNNING, FINISHED, FAILED or KILLED."""

    model: str
    name: str
    tags: dict[str, str]
    params: dict[str, str]
    status: str = "RUNNING"
    ended: int = 0
    datasets: list[LoggedDataset] = field(default_factory=list)
    metrics: dict[str, float] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


class MemoryTracker:
    """Runs and model files in dictionaries; `download_model` gives the files back as a registry would."""

    def __init__(self) -> None:
        self.runs: dict[str, TrackedRun] = {}
        self.models: dict[str, dict[str, bytes]] = {}
        self._numbers = count(1)

    def find_run(self, model: str, key: str) -> str | None:
        """The id of the finished run with this key; of several, the one that finished first."""
        done = [i for i, r in self.runs.items() if r.status == "FINISHED" and _is(r, model, key)]
        return min(done, key=lambda run_id: self.runs[run_id].ended, default=None)

    def run_tags(self, run_id: str) -> Mapping[str, str]:
        """The tags of a run; raises ``NotFound``."""
        return dict(self._run(run_id).tags)

    def start_run(self, model: str, *, key: str, name: str, tags: Mapping[str, str], params: Mapping[str, str]) -> str:
        """Open a run; those of its key that never ended are marked as killed."""
        for left in self.runs.values():
            if left.status == "RUNNING" and _is(left, model, key):
                left.status = "KILLED"
        run_id = f"run-{next(self._numbers)}"
        self.runs[run_id] = TrackedRun(model, name, {**tags, "evergreen.key": key}, dict(params))
        return run_id

    def log_datasets(self, run_id: str, datasets: tuple[LoggedDataset, ...]) -> None:
        """Note which data the run used."""
        self._run(run_id).datasets.extend(datasets)

    def log_metrics(self, run_id: str, metrics: Mapping[str, float]) -> None:
        """Note numbers of the run."""
        self._run(run_id).metrics.update(metrics)

    def log_model(self, run_id: str, name: str, model: LoggedModel) -> str:
        """Keep the model's files under ``models:/<name>-<number>``."""
        self._run(run_id)
        uri = f"models:/{name}-{next(self._numbers)}"
        self.models[uri] = {
            "model.skops": skops.io.dumps(model.estimator),
            "requirements.txt": "\n".join(model.requirements).encode(),
            **{path: text.encode() for path, text in model.files.items()},
        }
        return uri

    def log_text(self, run_id: str, path: str, text: str) -> None:
        """Keep a text file with the run; raises ``NotFound``."""
        self._run(run_id).texts[path] = text

    def end_run(self, run_id: str, *, finished: bool, tags: Mapping[str, str]) -> None:
        """Set the last tags and close the run."""
        run = self._run(run_id)
        run.tags |= tags
        run.status, run.ended = ("FINISHED" if finished else "FAILED"), next(self._numbers)

    def download_model(self, model_uri: str, directory: Path) -> None:
        """Write the model's files into ``directory``; raises ``NotFound``."""
        if model_uri not in self.models:
            raise NotFound(f"There is no model {model_uri} in the memory of this process.")
        directory.mkdir(parents=True, exist_ok=True)
        for path, content in self.models[model_uri].items():
            (directory / path).write_bytes(content)

    def _run(self, run_id: str) -> TrackedRun:
        if run_id not in self.runs:
            raise NotFound(f"There is no run {run_id} in the memory of this process.")
        return self.runs[run_id]


def _is(run: TrackedRun, model: str, key: str) -> bool:
    return run.model == model and run.tags.get("evergreen.key") == key
