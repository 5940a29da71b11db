"""Books: a model's stores and journal without its folder.

A freeze, a rollback and an inspection work on these, so that a folder that cannot be read stands in nobody's way.
"""

from dataclasses import dataclass

from evergreen.core.errors import InputError
from evergreen.core.settings import Settings, settings
from evergreen.flows.audit import open_anchors, open_journal
from evergreen.journal.journal import Journal
from evergreen.records.freeze import FLEET
from evergreen.spec.load import discover
from evergreen.stores.mlflow import open_registry
from evergreen.stores.ports import Anchors, ModelRegistry, ObjectStore
from evergreen.stores.s3 import open_store


@dataclass(frozen=True, kw_only=True)
class Books:
    """Where what is known of a model is kept."""

    model: str
    store: ObjectStore
    registry: ModelRegistry
    journal: Journal
    anchors: tuple[Anchors, ...] = ()


def open_books(model: str, *, config: Settings | None = None) -> Books:
    """The books of a model, or of the fleet.

    Raises
    ------
    InputError
        When neither a folder nor a journal has this name.
    """
    config = config or settings()
    store = open_store(config)
    books = Books(
        model=model,
        store=store,
        registry=open_registry(config),
        journal=open_journal(config, store, model),
        anchors=open_anchors(config),
    )
    if model != FLEET and model not in (known := discover(config.models_dir)) and not books.journal.state().sequence:
        raise InputError(
            f"There is no model {model!r}: no folder and no journal. The folders: {', '.join(known)[:500]}."
        )
    return books


def fleet(config: Settings | None = None) -> tuple[str, ...]:
    """The names of all models that have a folder."""
    return discover((config or settings()).models_dir)
