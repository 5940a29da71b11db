"""How the supervisor sees that a component does its work, not merely that its process is alive."""

import json
import urllib.error
import urllib.request
from datetime import datetime
from http import HTTPStatus
from typing import Any

from evergreen.core.clock import now
from evergreen.stack.credentials import credentials, passwords
from evergreen.stack.environment import BUCKET, database
from evergreen.stack.ports import ports
from evergreen.stack.state import State

TIMEOUT = 5.0  # seconds that one question may take
TRAINING_POOL = {
    "name": "training",
    "slots": 1,
    "description": "How many trainings may run at once",
    "include_deferred": False,
}

# The servers are on this machine: a proxy of the shell must not see them.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _ask(url: str, *, body: dict[str, Any] | None = None, token: str | None = None) -> tuple[int, bytes]:
    """Status and body of one answer; status 0 when nobody answers."""
    request = urllib.request.Request(url, data=None if body is None else json.dumps(body).encode())  # noqa: S310 - ours
    request.add_header("Content-Type", "application/json")
    if token is not None:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with _direct.open(request, timeout=TIMEOUT) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
    except OSError:
        return 0, b""


def still_runs(_state: State, since: float) -> bool:
    """Whether it has lived for a moment: all that is known of a component without a probe of its own."""
    return now().timestamp() - since > 1.0


def postgres(state: State, _since: float) -> bool:
    """Whether the database of Airflow lets its user in."""
    import psycopg2

    address = database("airflow", credentials(state).airflow_database, ports(state)["postgres"], "postgresql")
    try:
        psycopg2.connect(address, connect_timeout=int(TIMEOUT)).close()
    except psycopg2.OperationalError:
        return False
    return True


def s3(state: State, _since: float) -> bool:
    """Whether the bucket is there and asks strangers for keys."""
    status, _ = _ask(f"http://127.0.0.1:{ports(state)['s3']}/{BUCKET}")
    return status == HTTPStatus.FORBIDDEN


def mlflow(state: State, _since: float) -> bool:
    """Whether MLflow answers."""
    status, _ = _ask(f"http://127.0.0.1:{ports(state)['mlflow']}/health")
    return status == HTTPStatus.OK


def api_server(state: State, _since: float) -> bool:
    """Whether Airflow lets its administrator in and has the pool of trainings (made here at first)."""
    url = f"http://127.0.0.1:{ports(state)['airflow']}"
    login = {"username": "admin", "password": passwords(state)["admin"]}
    status, answer = _ask(f"{url}/auth/token", body=login)
    if status != HTTPStatus.CREATED:
        return False
    status, _ = _ask(f"{url}/api/v2/pools", body=TRAINING_POOL, token=json.loads(answer)["access_token"])
    return status in {HTTPStatus.CREATED, HTTPStatus.CONFLICT}


def _beats(state: State, job: str, since: float) -> bool:
    status, answer = _ask(f"http://127.0.0.1:{ports(state)['airflow']}/api/v2/monitor/health")
    if status != HTTPStatus.OK:
        return False
    beat = json.loads(answer)[job][f"latest_{job}_heartbeat"]
    # A beat from before this start belongs to the process that was there before.
    return beat is not None and datetime.fromisoformat(beat).timestamp() > since


def scheduler(state: State, since: float) -> bool:
    """Whether the scheduler has given a sign of life since it was started."""
    return _beats(state, "scheduler", since)


def dag_processor(state: State, since: float) -> bool:
    """Whether the DAG processor has given a sign of life since it was started."""
    return _beats(state, "dag_processor", since)


def triggerer(state: State, since: float) -> bool:
    """Whether the triggerer has given a sign of life since it was started."""
    return _beats(state, "triggerer", since)
