"""The journal as this installation keeps it: signed, locked, and with its heads noted outside the bucket."""

from datetime import timedelta

from evergreen.core.settings import Settings
from evergreen.journal.journal import Journal
from evergreen.journal.signing import open_trust
from evergreen.stores.anchors import FileAnchors
from evergreen.stores.mlflow_anchors import MlflowAnchors
from evergreen.stores.ports import Anchors, ObjectStore


def open_journal(config: Settings, store: ObjectStore, model: str) -> Journal:
    """The journal of a model, with the keys and the retention of the settings; raises ``InputError`` for a bad key."""
    trust = open_trust(config.signing_key_file, config.public_keys)
    return Journal(store, model, trust, retain=timedelta(days=config.journal_retention_days))


def open_anchors(config: Settings) -> tuple[Anchors, ...]:
    """Where heads are noted: in MLflow, and in a file where the settings name one."""
    files = (FileAnchors(config.anchor_file),) if config.anchor_file else ()
    return (MlflowAnchors(config.mlflow_url), *files)
