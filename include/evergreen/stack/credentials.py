"""Secrets of the local stack: generated once, kept in files that only their owner can read."""

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from evergreen.core.errors import RunError
from evergreen.journal.signing import new_pair
from evergreen.stack.state import State

SERVICE = "evergreen"
"""The login by which release steps read what approvers answered, and end questions that are superseded."""

USERS = {"admin": "admin", "op": "op", "viewer": "viewer", "ada": "user", "bob": "user", SERVICE: "user"}
"""Who may log in to Airflow, and the role of each; ada and bob are there to approve."""


def _password() -> str:
    return secrets.token_urlsafe(18)


def _fernet() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """One secret per purpose. ``repr`` shows none of them."""

    postgres: str = field(default_factory=_password, repr=False)
    airflow_database: str = field(default_factory=_password, repr=False)
    mlflow_database: str = field(default_factory=_password, repr=False)
    evergreen_database: str = field(default_factory=_password, repr=False)
    s3_access_key: str = field(default_factory=lambda: secrets.token_hex(10).upper(), repr=False)
    s3_secret_key: str = field(default_factory=_password, repr=False)
    filer_key: str = field(default_factory=_password, repr=False)
    fernet_key: str = field(default_factory=_fernet, repr=False)
    jwt_secret: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)
    api_secret_key: str = field(default_factory=_password, repr=False)
    metrics_token: str = field(default_factory=_password, repr=False)
    webhook_secret: str = field(default_factory=_password, repr=False)
    webhook_key: str = field(default_factory=_fernet, repr=False)


def write_private(path: Path, text: str) -> None:
    """Replace ``path`` in one step by a file of mode 600, which was never readable by others."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    with open(draft, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def credentials(state: State) -> Credentials:
    """The secrets of this stack; generated when there are none yet. One that an older release did not have is added.

    Raises
    ------
    RunError
        When they are lost or damaged while data encrypted or locked with them is there.
    """
    if not state.credentials.exists():
        if state.postgres.exists():
            raise RunError(
                f"{state.credentials} is gone, and the databases in {state.path} cannot be opened without it. "
                "Restore the file, or remove the state with `make clean` and start anew."
            )
        write_private(state.credentials, json.dumps(asdict(Credentials()), indent=2))
    try:
        known = json.loads(state.credentials.read_text())
        found = Credentials(**known)
    except (ValueError, TypeError):
        raise RunError(f"{state.credentials} is damaged: restore it, or run `make clean` and start anew.") from None
    if len(known) < len(asdict(found)):
        write_private(state.credentials, json.dumps(asdict(found), indent=2))
    return found


def signing_key(state: State) -> Path:
    """The file of the key that signs releases; made when missing. Keys that were used before still count."""
    if not state.signing_key.exists():
        name, private, public = new_pair()
        state.public_keys.mkdir(parents=True, exist_ok=True)
        (state.public_keys / f"{name}.pem").write_text(public)
        write_private(state.signing_key, private)
    return state.signing_key


def passwords(state: State) -> dict[str, str]:
    """The password of each Airflow login; generated when missing. Someone may have edited the file: it counts."""
    known: dict[str, str] = json.loads(state.passwords.read_text()) if state.passwords.exists() else {}
    if missing := [user for user in USERS if user not in known]:
        known |= {user: _password() for user in missing}
        write_private(state.passwords, json.dumps(known, indent=2) + "\n")
    return known
