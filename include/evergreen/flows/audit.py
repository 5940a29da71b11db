"""The journal as this installation keeps it: signed, locked, and with its heads noted outside the bucket."""

import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from evergreen.core.errors import RunError
from evergreen.core.settings import Settings
from evergreen.journal.journal import Journal
from evergreen.journal.signing import new_pair, open_trust
from evergreen.journal.verify import Verification, verify
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


def check(journal: Journal, anchors: Sequence[Anchors], *, since_checkpoint: bool = False) -> Verification:
    """Verify a journal by the keys that it trusts and by the heads that were noted elsewhere."""
    keys = journal.trust.keys if journal.trust else None
    return verify(journal.store, journal.model, keys=keys, anchors=anchors, since_checkpoint=since_checkpoint)


def write_pair(private: Path, public: Path) -> str:
    """Write a new key of mode 600 and its public key beside the others; gives the key's name.

    Raises
    ------
    RunError
        When the private file exists: a key is not written over.
    """
    name, secret, shown = new_pair()
    public.mkdir(parents=True, exist_ok=True)
    try:
        with open(private, "x", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            (public / f"{name}.pem").write_text(shown, encoding="utf-8")
            file.write(secret)
    except FileExistsError:
        raise RunError(f"{private} exists, and a key is not written over. Name a new file.") from None
    return name
