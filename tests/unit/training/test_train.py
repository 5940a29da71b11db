"""From a split to a candidate."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from evergreen.core.errors import DataError, OutageError, PipelineError, RunError
from evergreen.features.frame import frame
from evergreen.features.trusted import read
from evergreen.records.candidate import Candidate
from evergreen.spec.model import ModelSpec
from evergreen.stores.memory_tracker import MemoryTracker
from evergreen.training.train import train

Specs = Callable[..., ModelSpec]
Worlds = Callable[..., Any]
Writer = Callable[..., Path]
UNFIT = """
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

def build(**_):
    return make_pipeline(LogisticRegression())
"""


def trained(world: Any, folder: Path, **options: Any) -> Candidate:
    return train(world.spec, world.run, world.snapshot, world.split, world.store, world.tracker, folder, **options)


def scores(world: Any, candidate: Candidate) -> np.ndarray:
    pipeline = read(world.tracker.models[candidate.model_uri]["model.skops"])
    found: np.ndarray = pipeline.predict_proba(frame(world.spec, world.table))
    return found


def test_a_candidate_says_where_it_came_from(small_world: Worlds, write_recipe: Writer) -> None:
    world = small_world()
    candidate = trained(world, write_recipe())
    assert candidate.data == world.split.train.interval
    assert candidate.rows == world.split.train.rows
    assert candidate.hyperparameters == {"max_iter": 4, "learning_rate": 0.5}
    assert (candidate.snapshot, candidate.split) == (world.snapshot.digest, world.split.digest)
    assert (candidate.git_commit, candidate.git_dirty) == (None, None)
    assert candidate.cost.iterations == 4
    assert candidate.cost.peak_memory_bytes > 1 << 20
    assert candidate.cost.cpu_seconds >= 0


def test_the_diary_holds_params_metrics_datasets_and_files(small_world: Worlds, write_recipe: Writer) -> None:
    world = small_world()
    candidate = trained(world, write_recipe())
    run = world.tracker.runs[candidate.run_id]
    assert run.status == "FINISHED"
    assert run.params == {"max_iter": "4", "learning_rate": "0.5", "seed": "7", "threads": "1", "fitted_on": "train"}
    assert run.tags["evergreen.way"] == "manual"
    assert {"train_roc_auc", "calibration_log_loss", "seconds_per_iteration", "estimated_cost"} <= set(run.metrics)
    assert 0.7 < run.metrics["calibration_roc_auc"] <= run.metrics["train_roc_auc"] <= 1
    assert [d.context for d in run.datasets] == ["training", "calibration"]
    assert len({d.digest for d in run.datasets}) == 2
    assert all(d.uri.endswith(f"/small/snapshots/{world.snapshot.digest}.json") for d in run.datasets)
    files = world.tracker.models[candidate.model_uri]
    assert any(line.startswith("scikit-learn==") for line in files["requirements.txt"].decode().splitlines())
    signature = json.loads(files["signature.json"])
    assert [part["type"] for part in signature["inputs"]] == ["double", "double", "string"]
    assert list(signature["example"]) == ["carrier", "distance", "wind"]
    assert ModelSpec.model_validate_json(files["spec.json"]) == world.spec


def test_the_same_inputs_are_trained_once(small_world: Worlds, write_recipe: Writer) -> None:
    world, folder = small_world(), write_recipe()
    first = trained(world, folder)
    again = trained(world, folder)
    assert again == first
    assert len(world.tracker.runs) == 1


def test_two_trainings_of_one_recipe_answer_alike_bit_by_bit(small_world: Worlds, write_recipe: Writer) -> None:
    world, folder = small_world(), write_recipe()
    other = small_world(nonce="forced")
    first, second = trained(world, folder), trained(other, folder)
    assert first.key != second.key
    assert np.array_equal(scores(world, first), scores(other, second))


def test_what_does_not_decide_the_fit_leaves_the_key(
    small_world: Worlds, small_spec: Specs, write_recipe: Writer
) -> None:
    world, folder = small_world(), write_recipe()
    before = trained(world, folder)
    run = dataclasses.replace(world.run, run_id="another", reason="for another reason")
    spec = small_spec(purpose="Another purpose than before.")
    assert trained(dataclasses.replace(world, run=run, spec=spec), folder) == before


def test_a_refit_takes_every_mature_row(small_world: Worlds, write_recipe: Writer) -> None:
    world = small_world()
    candidate = trained(world, write_recipe(), fitted_on="mature")
    assert candidate.data == world.split.mature.interval
    assert candidate.rows == world.split.mature.rows
    assert "mature_roc_auc" in world.tracker.runs[candidate.run_id].metrics


def test_a_killed_training_is_marked_and_done_anew(small_world: Worlds, write_recipe: Writer) -> None:
    world, folder = small_world(), write_recipe()

    class Killed(MemoryTracker):
        def log_metrics(self, *_: object) -> None:
            raise KeyboardInterrupt

    dying = dataclasses.replace(world, tracker=Killed())
    with pytest.raises(KeyboardInterrupt):
        trained(dying, folder)
    left = dying.tracker.runs
    world.tracker.runs.update(left)
    candidate = trained(world, folder)
    assert [run.status for run in world.tracker.runs.values()] in (["KILLED", "FINISHED"], ["FINISHED"])
    assert world.tracker.runs[candidate.run_id].status == "FINISHED"


def test_an_outage_leaves_a_failed_run_and_is_told(small_world: Worlds, write_recipe: Writer) -> None:
    class Down(MemoryTracker):
        def log_model(self, *_: object) -> str:
            raise OutageError("MLflow does not answer.")

    world = dataclasses.replace(small_world(), tracker=Down())
    with pytest.raises(OutageError):
        trained(world, write_recipe())
    assert [run.status for run in world.tracker.runs.values()] == ["FAILED"]


def test_the_first_to_finish_wins(small_world: Worlds, write_recipe: Writer) -> None:
    folder = write_recipe()
    first = trained(small_world(), folder)

    class Raced(MemoryTracker):
        """Somebody else finishes the same training while this one runs."""

        def log_model(self, run_id: str, name: str, model: Any) -> str:
            uri = super().log_model(run_id, name, model)
            other = self.start_run("small", key=first.key, name="other", tags={}, params={})
            self.end_run(other, finished=True, tags={"evergreen.candidate": first.to_json().decode()})
            return uri

    assert trained(dataclasses.replace(small_world(), tracker=Raced()), folder) == first


def test_bad_input_leaves_no_run_behind(small_world: Worlds, small_spec: Specs, write_recipe: Writer) -> None:
    table = small_world().table
    strict = small_spec().columns.model_dump(mode="json")
    strict["label"]["nullable"] = False
    ones = table.set_column(table.column_names.index("late"), "late", pa.array([1] * len(table)))
    endless = table.set_column(table.column_names.index("wind"), "wind", pa.array([np.inf] * len(table)))
    cases = [
        (small_world(table=ones), DataError, "all 400 rows of the train span have one class of label 'late': positive"),
        (small_world(table=endless), DataError, "'wind' has .* infinite"),
        (small_world(spec=small_spec(columns=strict)), DataError, "rows have no label in column 'late'"),
        (small_world(table=table.drop_columns(["wind"])), DataError, "no column wind"),
    ]
    for world, kind, words in cases:
        with pytest.raises(kind, match=words):
            trained(world, write_recipe())
        assert not world.tracker.runs


def test_a_hyperparameter_out_of_range_is_refused_first(small_world: Worlds, tmp_path: Path) -> None:
    world = small_world()
    run = dataclasses.replace(world.run, hyperparameters={"max_iter": 1000})
    with pytest.raises(RunError, match="max_iter"):
        trained(dataclasses.replace(world, run=run), tmp_path)


def test_a_pipeline_that_fails_later_leaves_a_failed_run(small_world: Worlds, write_recipe: Writer) -> None:
    world = small_world()
    with pytest.raises(PipelineError, match=r"fitting to .* rows x 3 features raised ValueError"):
        trained(world, write_recipe(UNFIT))
    assert [run.status for run in world.tracker.runs.values()] == ["FAILED"]


@pytest.mark.parametrize(("task", "metric"), [("multiclass", "accuracy"), ("regression", "r2")])
def test_the_other_tasks(small_world: Worlds, small_spec: Specs, write_recipe: Writer, task: str, metric: str) -> None:
    table = small_world().table
    columns = small_spec().columns.model_dump(mode="json")
    columns["label"] = {"column": "late", "nullable": True}
    if task == "multiclass":
        names = pc.if_else(pc.equal(table["late"], 1), "late", "punctual")
        table = table.set_column(table.column_names.index("late"), "late", names)
    gate = {"rule": "minimum", "metric": metric, "at_least": 0.1}
    world = small_world(table=table, spec=small_spec(task=task, columns=columns, gates=[gate]))
    source = (write_recipe() / "pipeline.py").read_text()
    kind = "Regressor" if task == "regression" else "Classifier"
    candidate = trained(world, write_recipe(source.replace("BoostingClassifier", f"Boosting{kind}")))
    assert world.tracker.runs[candidate.run_id].metrics[f"calibration_{metric}"] > 0.1
    classes = json.loads(world.tracker.models[candidate.model_uri]["signature.json"])["classes"]
    assert classes == (["late", "punctual"] if task == "multiclass" else [])
