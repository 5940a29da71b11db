"""What the environment says to each program of the stack: addresses, and only the secrets that it needs."""

import json
import shlex
import sys
from pathlib import Path

from evergreen.core.settings import inherited, settings
from evergreen.stack.credentials import SERVICE, USERS, Credentials, credentials, passwords, signing_key, write_private
from evergreen.stack.ports import ports
from evergreen.stack.state import State

MARKER = "EVERGREEN_STACK"
"""Every process of a stack carries this variable with the stack's state folder: so orphans are found."""

FOREIGN = ("AIRFLOW", "AWS_", "EVERGREEN_", "MLFLOW_", "_MLFLOW", "PG", "PYTHON", "S3_", "WEED_")
"""Prefixes of variables that would reach into the servers from the shell that started the stack."""

BUCKET = "evergreen"
S3_INNER = ("SIGNING", "SIGNING_READ", "FILER_SIGNING", "FILER_SIGNING_READ")
PARALLEL_TASKS = 4
WEBHOOKS = {
    "MLFLOW_WEBHOOK_ALLOWED_SCHEMES": "https,http",
    "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS": "true",
    "MLFLOW_WEBHOOK_CACHE_TTL": "5",
}
"""MLflow's webhooks may go to Airflow on this machine, and do so seconds after they were made."""
QUIET = {"scope": {"dag_id": "(drift_watch|govern|watch)__.*"}, "match_mode": "regex", "controls": {"emit": False}}
"""DAGs that look around every few minutes and make no data: their events would fill the disk."""


def database(user: str, password: str, port: int, driver: str = "postgresql+psycopg2") -> str:
    """The address of the database that has the same name as its user."""
    return f"{driver}://{user}:{password}@127.0.0.1:{port}/{user}"


def environment(state: State) -> dict[str, str]:
    """The ``EVERGREEN_*`` and ``AIRFLOW__*`` variables for commands, tasks and tests, secrets included."""
    chosen, secret = ports(state), credentials(state)
    return {
        "EVERGREEN_STATE_DIR": str(state.path),
        "EVERGREEN_MODELS_DIR": str((state.project / settings().models_dir).resolve()),
        "EVERGREEN_S3_ENDPOINT": f"http://127.0.0.1:{chosen['s3']}",
        "EVERGREEN_S3_ACCESS_KEY": secret.s3_access_key,
        "EVERGREEN_S3_SECRET_KEY": secret.s3_secret_key,
        "EVERGREEN_BUCKET": BUCKET,
        "EVERGREEN_SIGNING_KEY_FILE": str(signing_key(state)),
        "EVERGREEN_PUBLIC_KEYS": str(state.public_keys),
        "EVERGREEN_ANCHOR_FILE": str(state.path / "journal-heads.jsonl"),
        "EVERGREEN_JOURNAL_RETENTION_DAYS": "30",
        "EVERGREEN_MLFLOW_URL": f"http://127.0.0.1:{chosen['mlflow']}",
        "EVERGREEN_AIRFLOW_URL": f"http://127.0.0.1:{chosen['airflow']}",
        "EVERGREEN_METRICS_TOKEN": secret.metrics_token,
        "EVERGREEN_AIRFLOW_USER": SERVICE,
        "EVERGREEN_AIRFLOW_PASSWORD": passwords(state)[SERVICE],
        "EVERGREEN_WEBHOOK_SECRET": secret.webhook_secret,
        "EVERGREEN_DATABASE_URL": database(
            "evergreen", secret.evergreen_database, chosen["postgres"], driver="postgresql"
        ),
        "EVERGREEN_WORK_DIR": str(state.work),
        **_airflow(state, secret, chosen),
        "OMP_WAIT_POLICY": "passive",  # threads that spin while they wait take the cores from the other tasks
        # Nothing here leaves the machine, whatever proxy the shell names.
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def _airflow(state: State, secret: Credentials, chosen: dict[str, int]) -> dict[str, str]:
    url = f"http://127.0.0.1:{chosen['airflow']}"
    address = database("airflow", secret.airflow_database, chosen["postgres"])
    options = {
        "CORE__DAGS_FOLDER": state.project / "dags",
        "CORE__PLUGINS_FOLDER": state.project / "plugins",
        "CORE__LOAD_EXAMPLES": False,
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": PARALLEL_TASKS,
        "CORE__FERNET_KEY": secret.fernet_key,
        "CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        **_login(state),
        "CORE__HOSTNAME_CALLABLE": "socket.gethostname",  # the default asks the name server
        "CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": 5,
        "DATABASE__SQL_ALCHEMY_CONN": address,
        "DATABASE__CHECK_MIGRATIONS": False,  # the supervisor migrates before any component starts
        "API__HOST": "127.0.0.1",
        "API__PORT": chosen["airflow"],
        "API__BASE_URL": url,
        "API__SECRET_KEY": secret.api_secret_key,
        "API_AUTH__JWT_SECRET": secret.jwt_secret,
        **_lineage(state),
        "LOGGING__BASE_LOG_FOLDER": state.airflow / "logs",
        "DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH": state.airflow / "bundles",
        # A folder that someone drops is on the page within a minute. Each look at the files costs four CPU seconds.
        "DAG_PROCESSOR__REFRESH_INTERVAL": 10,
        "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": 60,
        # A task whose process was killed is noticed within half a minute.
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": 30,
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": 5,
        "SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": 30,
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": 0.25,  # the next task starts that much sooner
        "WORKERS__EXECUTION_API_TIMEOUT": 30,  # one API server on a busy laptop
    }
    return {"AIRFLOW_HOME": str(state.airflow)} | {f"AIRFLOW__{key}": str(value) for key, value in options.items()}


def _lineage(state: State) -> dict[str, object]:
    """Where OpenLineage events go: to a server that the settings name, or to a file, a line each."""
    url = settings().openlineage_url
    file = {"type": "file", "log_file_path": str(state.path / "openlineage.jsonl"), "append": True}
    return {
        "OPENLINEAGE__TRANSPORT": json.dumps({"type": "http", "url": url} if url else file),
        "OPENLINEAGE__NAMESPACE": "evergreen",
        "OPENLINEAGE__EMISSION_POLICY": json.dumps([QUIET]),
    }


def _login(state: State) -> dict[str, object]:
    """Who may log in: the users that are listed here, or those whom FAB has in its tables."""
    if settings().stack_login == "fab":
        return {"CORE__AUTH_MANAGER": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"}
    return {
        "CORE__AUTH_MANAGER": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
        "CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": False,
        "CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{user}:{role}" for user, role in USERS.items()),
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": state.passwords,
    }


def component(state: State, name: str) -> dict[str, str]:
    """The whole environment of one component of the Procfile: what it needs, and no other component's secret."""
    chosen, secret = ports(state), credentials(state)
    base = inherited(without=FOREIGN) | {
        MARKER: str(state.path),
        "PATH": f"{Path(sys.executable).parent}:{inherited().get('PATH', '/usr/bin:/bin')}",
        "PYTHONUNBUFFERED": "1",
        "SPT_NOENV": "1",  # setproctitle would write its titles over the marker
        **{f"PORT_{key.upper()}": str(value) for key, value in chosen.items()},
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }
    own = {
        "postgres": {"EVERGREEN_STATE_DIR": str(state.path)},
        "s3": {
            "S3_DATA": str(state.s3),
            "AWS_ACCESS_KEY_ID": secret.s3_access_key,
            "AWS_SECRET_ACCESS_KEY": secret.s3_secret_key,
            # Behind the S3 API stand servers that would answer anybody on this machine: they ask for a token, too.
            **{f"WEED_JWT_{part}_KEY": secret.filer_key for part in S3_INNER},
        },
        "mlflow": {
            "MLFLOW_BACKEND_STORE_URI": database("mlflow", secret.mlflow_database, chosen["postgres"]),
            "MLFLOW_S3_ENDPOINT_URL": f"http://127.0.0.1:{chosen['s3']}",
            "AWS_ACCESS_KEY_ID": secret.s3_access_key,
            "AWS_SECRET_ACCESS_KEY": secret.s3_secret_key,
            "AWS_DEFAULT_REGION": "us-east-1",
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # judges and scorers of language models
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY": secret.webhook_key,
            **WEBHOOKS,
        },
    }
    if name in own:
        return base | own[name]
    preload = {"EVERGREEN_PRELOAD": "1"} if name == "scheduler" else {}
    return base | environment(state) | preload | {"PYTHONPATH": str(state.project / "config")}


def write(state: State) -> None:
    """Write the file that a shell sources."""
    lines = (f"export {name}={shlex.quote(value)}\n" for name, value in environment(state).items())
    write_private(state.env, "".join(lines))


def masked(state: State) -> dict[str, str]:
    """The environment with its secrets blotted out, for a screen."""
    hidden = {*vars(credentials(state)).values(), *passwords(state).values()}
    return {
        name: "********" if any(secret in value for secret in hidden) else value
        for name, value in environment(state).items()
    }
