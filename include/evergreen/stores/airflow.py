"""Airflow's REST API: what a program outside the scheduler asks of it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import requests

from evergreen.core.errors import AccessDenied, NotFound, OutageError, StoreError

TIMEOUT = 30.0


class AirflowApi:
    """A session with the API server, logged in with a name and a password."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self.url = url.rstrip("/")
        self._login = {"username": user, "password": password}
        self._session = requests.Session()

    def dag(self, dag_id: str) -> dict[str, Any]:
        """The DAG as the API shows it; raises ``NotFound`` while it is not parsed yet."""
        return self._ask("GET", f"/dags/{dag_id}")

    def unpause(self, dag_id: str) -> None:
        """Let the scheduler run the DAG."""
        self._ask("PATCH", f"/dags/{dag_id}", {"is_paused": False})

    def trigger(self, dag_id: str, run_id: str, conf: Mapping[str, Any], note: str = "") -> dict[str, Any]:
        """Start a run by hand, as the form in the UI does; a run of that id that exists is returned as it is."""
        try:
            return self.run(dag_id, run_id)
        except NotFound:
            body = {"dag_run_id": run_id, "logical_date": None, "conf": dict(conf), "note": note or None}
            return self._ask("POST", f"/dags/{dag_id}/dagRuns", body)

    def run(self, dag_id: str, run_id: str) -> dict[str, Any]:
        """One run; raises ``NotFound``."""
        return self._ask("GET", f"/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}")

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """The newest hundred runs of a DAG, oldest first."""
        found = self._ask("GET", f"/dags/{dag_id}/dagRuns?limit=100&order_by=-run_after")["dag_runs"]
        return list(reversed(found))

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """The task instances of a run."""
        path = f"/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}/taskInstances?limit=100"
        instances: list[dict[str, Any]] = self._ask("GET", path)["task_instances"]
        return instances

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        if "Authorization" not in self._session.headers:
            self._session.headers["Authorization"] = f"Bearer {self._token()}"
        reply = self._send(method, f"{self.url}/api/v2{path}", body)
        if reply.status_code == requests.codes.unauthorized:
            self._session.headers["Authorization"] = f"Bearer {self._token()}"
            reply = self._send(method, f"{self.url}/api/v2{path}", body)
        self._check(reply, f"{method} {path}")
        value: dict[str, Any] = reply.json()
        return value

    def _token(self) -> str:
        reply = self._send("POST", f"{self.url}/auth/token", self._login)
        self._check(reply, f"login of {self._login['username']}")
        return str(reply.json()["access_token"])

    def _send(self, method: str, url: str, body: Mapping[str, Any] | None) -> requests.Response:
        try:
            return self._session.request(method, url, json=body, timeout=TIMEOUT)
        except requests.RequestException as error:
            raise OutageError(
                f"Airflow at {self.url} does not answer ({type(error).__name__}). Is the stack up?"
            ) from None

    def _check(self, reply: requests.Response, what: str) -> None:
        if reply.ok:
            return
        kind = {401: AccessDenied, 403: AccessDenied, 404: NotFound}.get(reply.status_code, StoreError)
        if reply.status_code >= requests.codes.internal_server_error:
            raise OutageError(f"Airflow at {self.url} answered {reply.status_code} to {what}.")
        raise kind(f"Airflow at {self.url} answered {reply.status_code} to {what}: {reply.text[:500]}")
