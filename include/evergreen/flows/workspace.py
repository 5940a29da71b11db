"""Workspace: a model's folder with the stores that its steps use."""

from dataclasses import dataclass, field
from pathlib import Path

from evergreen.core.errors import InputError
from evergreen.core.settings import Settings, connection_url, settings
from evergreen.data.sources import Connect
from evergreen.flows.audit import open_anchors, open_journal
from evergreen.journal.journal import Journal
from evergreen.spec.load import load
from evergreen.spec.model import ModelSpec
from evergreen.stores.airflow_people import open_people
from evergreen.stores.mlflow import open_registry
from evergreen.stores.people import Nobody, People
from evergreen.stores.ports import Anchors, ObjectStore, Tracking
from evergreen.stores.s3 import open_store


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """What a step needs beside its run.

    Attributes
    ----------
    connect
        Turns a connection id into a database URL.
    people
        Airflow's record of what approvers answered.
    """

    spec: ModelSpec
    folder: Path
    store: ObjectStore
    registry: Tracking
    journal: Journal
    anchors: tuple[Anchors, ...] = ()
    connect: Connect | None = None
    people: People = field(default_factory=Nobody)

    @property
    def model(self) -> str:
        """The model's name."""
        return self.spec.name


def open_workspace(model: str, *, connect: Connect | None = None, config: Settings | None = None) -> Workspace:
    """The workspace of ``models/<model>``; without ``connect``, connections come from ``AIRFLOW_CONN_*`` variables.

    Raises
    ------
    InputError
        No such folder, or a spec that cannot be read.
    """
    config = config or settings()
    folder = (config.models_dir / model).resolve()
    if not folder.is_dir():
        known = ", ".join(sorted(p.parent.name for p in config.models_dir.glob("*/model.yaml"))) or "none"
        raise InputError(f"There is no model {model!r} in {config.models_dir.resolve()}; the folders there: {known}.")
    store = open_store(config)
    return Workspace(
        spec=load(folder),
        folder=folder,
        store=store,
        registry=open_registry(config),
        journal=open_journal(config, store, model),
        anchors=open_anchors(config),
        connect=connect or connection_url,
        people=open_people(config),
    )
