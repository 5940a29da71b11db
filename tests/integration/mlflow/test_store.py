"""The registry and the diary on a real MLflow server."""

import json
from pathlib import Path
from uuid import uuid4

import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline

from evergreen.core.errors import NotFound, OutageError
from evergreen.features.trusted import TRUSTED, read
from evergreen.stores.mlflow import MlflowStore
from evergreen.stores.ports import LoggedDataset, LoggedModel

pytestmark = pytest.mark.integration

ROWS = pd.DataFrame({"distance": np.arange(60.0)})
PIPELINE = make_pipeline(HistGradientBoostingClassifier(max_iter=2, min_samples_leaf=2)).fit(
    ROWS, ROWS["distance"] > 30
)
LOGGED = LoggedModel(
    estimator=PIPELINE,
    example=ROWS.head(1),
    output=PIPELINE.predict(ROWS.head(1)),
    requirements=("mlflow==3.17.2", "scikit-learn==1.9.1"),
    trusted=tuple(sorted(TRUSTED)),
    files={"signature.json": '{"é": 1}'},
)


@pytest.fixture
def model() -> str:
    """A name that no other test uses."""
    return f"model_{uuid4().hex[:8]}"


def started(store: MlflowStore, model: str, key: str = "k") -> str:
    return store.start_run(model, key=key, name="a run", tags={"evergreen.way": "manual"}, params={"max_iter": "2"})


def finished(store: MlflowStore, model: str, key: str = "k") -> tuple[str, str]:
    run_id = started(store, model, key)
    uri = store.log_model(run_id, model, LOGGED)
    store.end_run(run_id, finished=True, tags={"evergreen.candidate": "{}"})
    return run_id, uri


def test_nothing_is_known_of_a_model_that_never_was(store: MlflowStore, model: str) -> None:
    assert store.find_run(model, "k") is None
    assert store.find_version(model, "k") is None
    assert store.versions(model) == ()
    assert store.aliases(model) == {}
    store.delete_alias(model, "champion")


def test_a_run_is_found_when_it_has_finished(store: MlflowStore, model: str) -> None:
    run_id = started(store, model)
    assert store.find_run(model, "k") is None
    store.end_run(run_id, finished=True, tags={"evergreen.candidate": "{}"})
    assert store.find_run(model, "k") == run_id
    assert store.run_tags(run_id)["evergreen.candidate"] == "{}"
    assert store.find_run(model, "another") is None


def test_a_failed_run_is_not_found_and_an_open_one_is_buried(store: MlflowStore, server: str, model: str) -> None:
    failed = started(store, model)
    store.end_run(failed, finished=False, tags={})
    left = started(store, model)
    other = started(store, model, "another key")
    started(store, model)
    client = MlflowClient(server)
    assert [client.get_run(run).info.status for run in (failed, left, other)] == ["FAILED", "KILLED", "RUNNING"]
    assert store.find_run(model, "k") is None


def test_a_text_is_kept_with_a_run_that_has_ended_and_the_last_one_counts(
    store: MlflowStore, server: str, model: str, tmp_path: Path
) -> None:
    run_id, _ = finished(store, model)
    store.log_text(run_id, "card/card.md", "# Zürich")
    store.log_text(run_id, "card/card.md", "# Zürich, again")
    kept = Path(MlflowClient(server).download_artifacts(run_id, "card/card.md", str(tmp_path)))
    assert kept.read_text(encoding="utf-8") == "# Zürich, again"
    with pytest.raises(NotFound):
        store.log_text(uuid4().hex, "card/card.md", "one")


def test_of_two_runs_the_first_to_finish_counts(store: MlflowStore, model: str) -> None:
    early, late = started(store, model), started(store, model)
    store.end_run(late, finished=True, tags={})
    store.end_run(early, finished=True, tags={})
    assert store.find_run(model, "k") == late


def test_params_metrics_and_datasets_show(store: MlflowStore, server: str, model: str) -> None:
    run_id = started(store, model)
    store.log_metrics(run_id, {"train_roc_auc": 0.75})
    data = LoggedDataset(name="d", digest="a" * 64, uri="s3://b/k.json", context="training", profile={"rows": 3})
    store.log_datasets(run_id, (data,))
    run = MlflowClient(server).get_run(run_id)
    assert run.data.params == {"max_iter": "2"}
    assert run.data.metrics == {"train_roc_auc": 0.75}
    assert run.inputs is not None
    (seen,) = run.inputs.dataset_inputs
    assert seen.dataset.digest == "a" * 36
    assert json.loads(seen.dataset.profile or "") == {"rows": 3, "sha256": "a" * 64}
    assert [(tag.key, tag.value) for tag in seen.tags] == [("mlflow.data.context", "training")]


def test_a_model_comes_back_as_it_was_stored(store: MlflowStore, server: str, model: str, tmp_path: Path) -> None:
    run_id, uri = finished(store, model)
    store.download_model(uri, tmp_path / "a" / "b")
    files = {path.name: path.read_bytes() for path in (tmp_path / "a" / "b").iterdir()}
    assert {"MLmodel", "model.skops", "requirements.txt", "input_example.json", "signature.json"} <= set(files)
    assert np.array_equal(read(files["model.skops"]).predict_proba(ROWS), PIPELINE.predict_proba(ROWS))
    assert files["requirements.txt"].decode().split() == ["mlflow==3.17.2", "scikit-learn==1.9.1"]
    assert files["signature.json"].decode() == '{"é": 1}'
    assert b'signature:\n  inputs: \'[{"type": "double", "name": "distance"' in files["MLmodel"]
    outputs = MlflowClient(server).get_run(run_id).outputs
    assert outputs is not None
    (output,) = outputs.model_outputs
    assert uri == f"models:/{output.model_id}"


def test_versions_carry_their_tags_from_the_start(store: MlflowStore, model: str) -> None:
    run_id, uri = finished(store, model)
    first = store.create_version(model, run_id=run_id, model_uri=uri, tags={"evergreen.key": "k", "stage": "None"})
    second = store.create_version(model, run_id=run_id, model_uri=uri, tags={"evergreen.key": "k"})
    assert (first.number, first.run_id, first.tags) == (1, run_id, {"evergreen.key": "k", "stage": "None"})
    assert store.versions(model) == (first, second)
    assert store.find_version(model, "k") == first
    store.tag_version(model, 1, {"stage": "Production"})
    assert store.versions(model)[0].tags == {"evergreen.key": "k", "stage": "Production"}


def test_aliases_of_the_ladder(store: MlflowStore, server: str, model: str) -> None:
    run_id, uri = finished(store, model)
    for _ in range(2):
        store.create_version(model, run_id=run_id, model_uri=uri, tags={})
    store.set_alias(model, "champion", 1)
    store.set_alias(model, "champion", 2)
    store.set_alias(model, "previous", 1)
    MlflowClient(server).set_registered_model_alias(model, "bobs_favourite", "1")
    assert store.aliases(model) == {"champion": 2, "previous": 1}
    store.delete_alias(model, "previous")
    store.delete_alias(model, "previous")
    assert store.aliases(model) == {"champion": 2}


def test_what_is_not_there_is_not_found(store: MlflowStore, model: str, tmp_path: Path) -> None:
    run_id, uri = finished(store, model)
    store.create_version(model, run_id=run_id, model_uri=uri, tags={})
    missing = f"models:/m-{'0' * 32}"
    for question in (
        lambda: store.run_tags("0" * 32),
        lambda: store.tag_version(model, 9, {"a": "b"}),
        lambda: store.set_alias(model, "champion", 9),
        lambda: store.download_model(missing, tmp_path),
        lambda: store.create_version(model, run_id=run_id, model_uri=missing, tags={}),
    ):
        with pytest.raises(NotFound, match="could not"):
            question()
    assert len(store.versions(model)) == 1


def test_nothing_is_printed(store: MlflowStore, model: str, capfd: pytest.CaptureFixture[str]) -> None:
    run_id, uri = finished(store, model)
    store.create_version(model, run_id=run_id, model_uri=uri, tags={})
    assert capfd.readouterr() == ("", "")


def test_a_server_that_is_down_is_named(model: str, tmp_path: Path) -> None:
    store = MlflowStore("http://127.0.0.1:9")
    for question in (
        lambda: store.find_run(model, "k"),
        lambda: store.versions(model),
        lambda: store.download_model("models:/m-1", tmp_path),
    ):
        with pytest.raises(OutageError, match=r"MLflow at http://127\.0\.0\.1:9 does not answer"):
            question()
