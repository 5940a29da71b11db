"""The sole reader of the environment: every ``EVERGREEN_*`` variable and what it means, and Airflow's connections."""

import os
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from evergreen.core.errors import InputError


class Settings(BaseSettings):
    """Where the stores are, and the limits of this installation.

    The local stack, Compose and the Helm values set these; nothing else configures a client.
    """

    model_config = SettingsConfigDict(env_prefix="EVERGREEN_", frozen=True, extra="ignore")

    state_dir: Path | None = Field(None, description="State of the local stack; unset: .evergreen in the project.")
    stack_login: Literal["simple", "fab"] = Field("simple", description="Airflow's login of the local stack.")
    models_dir: Path = Field(Path("models"), description="The folder of model folders.")
    s3_endpoint: str | None = Field(None, description="S3 API address; unset means Amazon's own.")
    s3_region: str = "us-east-1"
    s3_access_key: SecretStr | None = Field(None, description="Unset: the default chain of the AWS SDK.")
    s3_secret_key: SecretStr | None = None
    bucket: str = "evergreen"
    signing_key_file: Path | None = Field(None, description="Ed25519 key in PEM, mode 600; only where releases run.")
    public_keys: Path | None = Field(None, description="PEM file, or folder of them: whose signatures count.")
    journal_retention_days: int = Field(0, ge=0, description="Object Lock of each entry; 0: the bucket has none.")
    anchor_file: Path | None = Field(None, description="Heads of journals are noted here too, beside MLflow.")
    mlflow_url: str = Field("http://127.0.0.1:5000", description="MLflow tracking server.")
    mlflow_public_url: str | None = Field(None, description="Where a browser reaches MLflow, if not at MLFLOW_URL.")
    airflow_url: str = Field("http://127.0.0.1:8080", description="Airflow API server, for links and requests.")
    airflow_user: str | None = Field(None, description="The service's login, by which release steps read answers.")
    airflow_password: SecretStr | None = None
    database_url: SecretStr | None = Field(None, description="PostgreSQL for the fleet's read model; unset: none.")
    webhook_secret: SecretStr | None = Field(None, description="Secret of MLflow's webhook; unset: none is taken.")
    metrics_token: SecretStr | None = Field(
        None, description="Token that Prometheus shows; unset: nothing is exported."
    )
    alerts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Airflow connections of type apprise, with commas between: told where a model names none."
    )
    openlineage_url: str | None = Field(None, description="Server of OpenLineage events; unset: the stack's file.")
    work_dir: Path = Field(
        Path(tempfile.gettempdir()) / "evergreen", description="Scratch space and the cache of immutable parts."
    )
    cache_bytes: int = Field(20 << 30, ge=0, description="Upper bound of the cache of parts.")
    batch_rows: int = Field(65_536, ge=1, description="Rows held at once while streaming a raw object.")
    memory_limit: str = Field("1GB", description="What DuckDB may hold; it spills beyond that.")
    threads: int = Field(2, ge=1, description="Threads of one task.")
    user_code_seconds: float = Field(60.0, gt=0, description="Longest call of a function of a model folder.")
    user_code_memory_bytes: int = Field(
        2 << 30, ge=1 << 26, description="What such a call may allocate beyond the interpreter and its libraries."
    )
    advisories: Path | None = Field(None, description="Folder of OSV files that gates read; unset: none are supplied.")
    cost_per_cpu_hour: float = Field(0.05, ge=0, description="Estimated training cost, in currency units per CPU hour.")

    @field_validator("alerts", mode="before")
    @classmethod
    def _with_commas(cls, value: Any) -> Any:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value


SHORTEST_SECRET = 8
"""Shorter values are words like true and local."""

_files: list[Path] = []


def read_also(path: Path) -> None:
    """Let a file of ``export NAME=value`` lines stand in for variables that are not set, if it exists."""
    _files.append(path)
    settings.cache_clear()


@cache
def settings() -> Settings:
    """The settings of this process, read once.

    Raises
    ------
    InputError
        Names each variable that cannot be used.
    """
    try:
        return Settings(_env_file=_files)
    except ValidationError as error:
        wrong = "; ".join(f"EVERGREEN_{e['loc'][0]!s}".upper() + f": {e['msg']}" for e in error.errors())
        raise InputError(f"The environment cannot be used: {wrong}. Set these variables and start again.") from None


def connection_url(connection_id: str) -> str:
    """The database URL of an Airflow connection, from the variable in which Airflow itself looks for it.

    For processes outside Airflow; a connection that Airflow keeps in its database is not seen here. The variable,
    ``AIRFLOW_CONN_<ID>`` in capitals, holds a URI, which goes on as it is but for Airflow's name of PostgreSQL.

    Raises
    ------
    InputError
        Names the variable that is missing or holds no URI, never its value.
    """
    name = f"AIRFLOW_CONN_{connection_id.upper()}"
    example = f"{name}=postgresql://<user>:<password>@<host>:5432/<database>, with % escapes in the password"
    value = os.environ.get(name, "").strip()
    if not value:
        raise InputError(f"The connection {connection_id!r} is not known here: set {example}.")
    scheme, separator, rest = value.partition("://")
    if not separator or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+._-]*", scheme):
        form = "JSON, which only Airflow reads" if value.startswith("{") else "no URI"
        raise InputError(f"The variable {name} holds {form}: set {example}.")
    return f"{'postgresql' if scheme == 'postgres' else scheme}://{rest}"


def inherited(*, without: tuple[str, ...] = ()) -> dict[str, str]:
    """A copy of this process's environment for a program that it starts, less the names with these prefixes."""
    return {name: value for name, value in os.environ.items() if not name.startswith(without)}


def secrets() -> tuple[str, ...]:
    """The values of this process's variables that are nobody's business, the longest first: to blot them out of text."""
    named = re.compile(r"KEY|SECRET|PASSWORD|TOKEN|CONN", re.IGNORECASE)
    known = [value for name, value in os.environ.items() if named.search(name)]
    known += [value.get_secret_value() for _, value in settings() if isinstance(value, SecretStr)]
    return tuple(sorted({value for value in known if len(value) >= SHORTEST_SECRET}, key=len, reverse=True))
