"""The model registry and the diary of trainings in MLflow, over its REST API.

Experiment and registered model carry the model's name. Nothing is set globally: every call names the server. MLflow's
client takes its time-outs and retries from the environment only, so they are set there, once, before it is imported,
where an installation has not set them itself: a server that is down is told within seconds, and the caller retries.
"""

# ruff: noqa: E402 (MLflow reads a part of its environment when it is imported)

import json
import logging
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

for _name, _value in {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "60",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}.items():
    os.environ.setdefault(_name, _value)

import mlflow.artifacts
import mlflow.sklearn
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelOutput, Metric, Param, RunTag
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.models import Model, infer_signature

from evergreen.core.clock import now
from evergreen.core.settings import Settings
from evergreen.stores.mlflow_answers import registered, translated
from evergreen.stores.ports import LoggedDataset, LoggedModel, RegisteredVersion

# It warns that pip is not installed; the requirements are pinned without it.
logging.getLogger("mlflow.utils.environment").setLevel(logging.ERROR)

LADDER = frozenset({"challenger", "releasing", "champion", "previous"})


class MlflowStore:
    """`ModelRegistry` and `RunTracker` on one MLflow server."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._client = MlflowClient(tracking_uri=self.url, registry_uri=self.url)

    def find_run(self, model: str, key: str) -> str | None:
        """The id of the finished run with this key; of several, the one that finished first."""
        with translated(self.url, f"find the run of key {key[:12]}"):
            experiment = self._client.get_experiment_by_name(model)
            if experiment is None:
                return None
            runs = self._client.search_runs(
                [experiment.experiment_id],
                f"tags.`evergreen.key` = '{key}' and attributes.status = 'FINISHED'",
                order_by=["attributes.end_time ASC"],
                max_results=1,
            )
        return str(runs[0].info.run_id) if runs else None

    def run_tags(self, run_id: str) -> Mapping[str, str]:
        """The tags of a run; raises ``NotFound``."""
        with translated(self.url, f"read run {run_id}"):
            return dict(self._client.get_run(run_id).data.tags)

    def start_run(self, model: str, *, key: str, name: str, tags: Mapping[str, str], params: Mapping[str, str]) -> str:
        """Open a run in the model's experiment, which is made when it is missing."""
        with translated(self.url, f"start a run of {model}"):
            experiment = self._experiment(model)
            self._bury(experiment, key)
            run = self._client.create_run(experiment, run_name=name, tags={**tags, "evergreen.key": key})
            self._client.log_batch(run.info.run_id, params=[Param(k, v) for k, v in params.items()])
        return str(run.info.run_id)

    def log_datasets(self, run_id: str, datasets: tuple[LoggedDataset, ...]) -> None:
        """Note which data the run used; nothing is uploaded."""
        inputs = [DatasetInput(_dataset(d), [InputTag("mlflow.data.context", d.context)]) for d in datasets]
        with translated(self.url, f"log datasets of run {run_id}"):
            self._client.log_inputs(run_id, inputs)

    def log_metrics(self, run_id: str, metrics: Mapping[str, float]) -> None:
        """Note numbers of the run, at the present time."""
        moment = int(now().timestamp() * 1000)
        with translated(self.url, f"log metrics of run {run_id}"):
            self._client.log_batch(run_id, metrics=[Metric(k, v, moment, 0) for k, v in metrics.items()])

    def log_model(self, run_id: str, name: str, model: LoggedModel) -> str:
        """Store a logged model with its files and give ``models:/<id>``; it is linked to the run as its output."""
        with translated(self.url, f"store the model of run {run_id}"), tempfile.TemporaryDirectory() as scratch:
            run = self._client.get_run(run_id)
            logged = self._client.create_logged_model(
                run.info.experiment_id, name=name, source_run_id=run_id, params=run.data.params
            )
            directory = Path(scratch) / "model"
            _write(model, directory, Model(logged.artifact_location, run_id, model_id=logged.model_id))
            self._client.log_model_artifacts(logged.model_id, str(directory))
            self._client.finalize_logged_model(logged.model_id, "READY")
            self._client.log_outputs(run_id, [LoggedModelOutput(logged.model_id, step=0)])
        return f"models:/{logged.model_id}"

    def log_text(self, run_id: str, path: str, text: str) -> None:
        """Store a text file among the run's artifacts, replacing what is there."""
        with translated(self.url, f"store {path} with run {run_id}"):
            self._client.log_text(run_id, text, path)

    def end_run(self, run_id: str, *, finished: bool, tags: Mapping[str, str]) -> None:
        """Set the last tags in one request, then close the run."""
        with translated(self.url, f"end run {run_id}"):
            self._client.log_batch(run_id, tags=[RunTag(k, v) for k, v in tags.items()])
            self._client.set_terminated(run_id, "FINISHED" if finished else "FAILED")

    def find_version(self, model: str, key: str) -> RegisteredVersion | None:
        """The oldest version with this key."""
        return next(iter(self._versions(f"name = '{model}' and tags.`evergreen.key` = '{key}'")), None)

    def create_version(self, model: str, *, run_id: str, model_uri: str, tags: Mapping[str, str]) -> RegisteredVersion:
        """Register a logged model, with all tags in the same request."""
        with translated(self.url, f"register a version of {model}"):
            # The server answers 500 for a model file that is not there.
            self._client.get_logged_model(model_uri.removeprefix("models:/"))
            self._registered_model(model)
            version = self._client.create_model_version(
                model,
                model_uri,
                run_id,
                tags=dict(tags),
                model_id=model_uri.removeprefix("models:/"),
                await_creation_for=0,
            )
        return registered(version)

    def versions(self, model: str) -> tuple[RegisteredVersion, ...]:
        """All versions, oldest first."""
        return self._versions(f"name = '{model}'")

    def tagged(self, tag: str) -> tuple[str, ...]:
        """The models with a version that has this tag, asked for in one search."""
        return tuple(sorted({str(version.name) for version in self._search(f"tags.`{tag}` LIKE '%'")}))

    def tag_version(self, model: str, number: int, tags: Mapping[str, str]) -> None:
        """Set tags of a version, one request each; raises ``NotFound``."""
        with translated(self.url, f"tag version {number} of {model}"):
            for key, value in tags.items():
                self._client.set_model_version_tag(model, str(number), key, value)

    def aliases(self, model: str) -> dict[str, int]:
        """The ladder's aliases; others, which people may have set, are left out."""
        with translated(self.url, f"read the aliases of {model}"):
            try:
                found = self._client.get_registered_model(model).aliases
            except MlflowException as error:
                if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                    return {}
                raise
        return {alias: int(number) for alias, number in found.items() if alias in LADDER}

    def set_alias(self, model: str, alias: str, number: int) -> None:
        """Point an alias at a version; raises ``NotFound``."""
        with translated(self.url, f"point alias {alias} of {model} at version {number}"):
            self._client.get_model_version(model, str(number))
            self._client.set_registered_model_alias(model, alias, str(number))

    def delete_alias(self, model: str, alias: str) -> None:
        """Remove an alias if it is there."""
        with translated(self.url, f"delete alias {alias} of {model}"):
            if alias in self.aliases(model):
                self._client.delete_registered_model_alias(model, alias)

    def download_model(self, model_uri: str, directory: Path) -> None:
        """Write the files of a logged model into ``directory``; raises ``NotFound``."""
        with translated(self.url, f"download {model_uri}"), tempfile.TemporaryDirectory() as scratch:
            logged = self._client.get_logged_model(model_uri.removeprefix("models:/"))
            fetched = mlflow.artifacts.download_artifacts(
                artifact_uri=logged.artifact_location, dst_path=scratch, tracking_uri=self.url
            )
            shutil.copytree(fetched, directory, dirs_exist_ok=True)

    def _experiment(self, model: str) -> str:
        found = self._client.get_experiment_by_name(model)
        if found is not None:
            return str(found.experiment_id)
        try:
            return str(self._client.create_experiment(model))
        except MlflowException as error:
            other = self._client.get_experiment_by_name(model)
            if error.error_code != "RESOURCE_ALREADY_EXISTS" or other is None:
                raise
            return str(other.experiment_id)

    def _bury(self, experiment: str, key: str) -> None:
        """Mark runs of this key that a killed process left open; one that lives after all sets its own end."""
        left = self._client.search_runs(
            [experiment], f"tags.`evergreen.key` = '{key}' and attributes.status = 'RUNNING'"
        )
        for run in left:
            self._client.set_terminated(run.info.run_id, "KILLED")

    def _registered_model(self, model: str) -> None:
        try:
            self._client.create_registered_model(model)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise

    def _versions(self, query: str) -> tuple[RegisteredVersion, ...]:
        return tuple(sorted(map(registered, self._search(query)), key=lambda version: version.number))

    def _search(self, query: str) -> list[ModelVersion]:
        with translated(self.url, f"search versions where {query}"):
            page = self._client.search_model_versions(query)
            found = list(page)
            while page.token:
                page = self._client.search_model_versions(query, page_token=page.token)
                found += page
        return found


def open_registry(config: Settings) -> MlflowStore:
    """The store at ``EVERGREEN_MLFLOW_URL``; does not connect yet."""
    return MlflowStore(config.mlflow_url)


def _dataset(logged: LoggedDataset) -> Dataset:
    """MLflow keeps 36 digits of a digest; the whole one stands in the profile."""
    profile = json.dumps({**logged.profile, "sha256": logged.digest})
    return Dataset(logged.name, logged.digest[:36], "s3", json.dumps({"uri": logged.uri}), profile=profile)


def _write(model: LoggedModel, directory: Path, flavor: Model) -> None:
    """The files of an MLflow model. Requirements and signature are given, for MLflow takes 22 s to guess them."""
    options: dict[str, Any] = {"serialization_format": "skops", "skops_trusted_types": list(model.trusted)}
    mlflow.sklearn.save_model(
        model.estimator,
        str(directory),
        mlflow_model=flavor,
        signature=infer_signature(model.example, model.output),
        input_example=model.example,
        pip_requirements=list(model.requirements),
        **options,
    )
    for name, text in model.files.items():
        (directory / name).write_text(text, encoding="utf-8")
