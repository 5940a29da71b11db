"""Airflow's REST API: what a program outside the scheduler asks of it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import requests

from evergreen.core.errors import AccessDenied, AlreadyExists, NotFound, OutageError, StoreError

TIMEOUT = 30.0


class AirflowApi:
    """A session with the API server, logged in with a name and a password."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self.url = url.rstrip("/")
        self._login = {"username": user, "password": password}
        self._session = requests.Session()

    def login(self) -> None:
        """Log in now; raises ``AccessDenied`` for a wrong name or password."""
        self._session.headers["Authorization"] = f"Bearer {self._token()}"

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

    def question(self, dag_id: str, run_id: str, task_id: str) -> dict[str, Any]:
        """What a task asks people, and the answer; raises ``NotFound``."""
        return self._ask("GET", f"{_task(dag_id, run_id, task_id)}/-1/hitlDetails")

    def respond(self, dag_id: str, run_id: str, task_id: str, chosen: str, form: Mapping[str, Any]) -> None:
        """Answer a question as this login; ``AccessDenied`` for who is not asked, ``AlreadyExists`` when it is late."""
        body = {"chosen_options": [chosen], "params_input": dict(form)}
        self._ask("PATCH", f"{_task(dag_id, run_id, task_id)}/-1/hitlDetails", body)

    def waiting(self, dag_id: str, task_id: str) -> list[str]:
        """The runs whose task waits for an answer; the newest hundred."""
        path = (
            f"/dags/{dag_id}/dagRuns/~/taskInstances?state=awaiting_input&state=deferred&limit=100&order_by=-start_date"
        )
        return [t["dag_run_id"] for t in self._ask("GET", path)["task_instances"] if t["task_id"] == task_id]

    def skip(self, dag_id: str, run_id: str, task_id: str, note: str) -> None:
        """Mark a task as skipped, with a note."""
        self._ask("PATCH", _task(dag_id, run_id, task_id), {"new_state": "skipped", "note": note[:1000]})

    def ids(self, model: str, names: tuple[str, ...]) -> dict[str, str]:
        """The ids that these names have at Airflow's login, by the plugin of Evergreen."""
        query = "&".join(f"name={quote(name, safe='')}" for name in names)
        found = self._ask("GET", f"/evergreen/people/{model}?{query}", api="")
        return {str(name): str(known) for name, known in found.items()}

    def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, api: str = "/api/v2"
    ) -> dict[str, Any]:
        if "Authorization" not in self._session.headers:
            self.login()
        reply = self._send(method, f"{self.url}{api}{path}", body)
        if reply.status_code == requests.codes.unauthorized:
            self.login()
            reply = self._send(method, f"{self.url}{api}{path}", body)
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
        kind = {401: AccessDenied, 403: AccessDenied, 404: NotFound, 409: AlreadyExists}.get(
            reply.status_code, StoreError
        )
        if reply.status_code >= requests.codes.internal_server_error:
            raise OutageError(f"Airflow at {self.url} answered {reply.status_code} to {what}.")
        raise kind(f"Airflow at {self.url} answered {reply.status_code} to {what}: {reply.text[:500]}")


def _task(dag_id: str, run_id: str, task_id: str) -> str:
    return f"/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}/taskInstances/{task_id}"
