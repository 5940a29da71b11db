import contextlib
import os
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psutil
import pytest

from evergreen.stack import lifecycle
from evergreen.stack.components import components
from evergreen.stack.credentials import credentials
from evergreen.stack.ports import listeners, ports
from evergreen.stack.processes import members
from evergreen.stack.state import State
from evergreen.stack.status import StackStatus

if TYPE_CHECKING:
    from tests.conftest import Stack

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]


def current(state: State) -> StackStatus:
    """What the supervisor says, which must be alive."""
    status = lifecycle.current(state)
    assert status is not None
    return status


def pid(state: State, name: str) -> int:
    """The process of a component, which must have one."""
    found = current(state).components[name].pid
    assert found is not None
    return found


def get(url: str, params: dict[str, str] | None = None) -> httpx.Response:
    return httpx.get(url, trust_env=False, timeout=60, params=params)


def test_every_component_of_the_procfile_is_ready(stack: "Stack") -> None:
    status = current(stack.state)
    assert set(status.components) >= {component.name for component in components(stack.state)}
    assert status.ready


def test_it_listens_on_loopback_only(stack: "Stack") -> None:
    ours = {process.pid for process in members(stack.state)}
    found = {
        connection.laddr
        for connection in psutil.net_connections(kind="inet")
        if connection.laddr and connection.pid in ours and connection.status == psutil.CONN_LISTEN
    }
    assert {address.ip for address in found} == {"127.0.0.1"}
    assert {address.port for address in found} == listeners(stack.state)


def test_airflow_asks_for_a_login(stack: "Stack") -> None:
    assert stack.api("GET", "/api/v2/dags", user=None).status_code == 401
    login = {"username": "admin", "password": "admin"}
    assert httpx.post(f"{stack.airflow_url}/auth/token", json=login, trust_env=False).status_code == 401


@pytest.mark.parametrize("user", ["admin", "op", "viewer"])
def test_each_user_may_look(stack: "Stack", user: str) -> None:
    assert stack.api("GET", "/api/v2/dags", user=user).status_code == 200


def test_roles_differ(stack: "Stack") -> None:
    pool = {"name": "of_a_viewer", "slots": 1}
    assert stack.api("POST", "/api/v2/pools", user="viewer", json=pool).status_code == 403
    assert stack.api("POST", "/api/v2/pools", user="admin", json=pool).status_code == 201
    assert stack.api("DELETE", "/api/v2/pools/of_a_viewer").status_code == 204


def test_trainings_have_a_pool_of_one_slot(stack: "Stack") -> None:
    assert stack.api("GET", "/api/v2/pools/training").json()["slots"] == 1


def test_s3_refuses_strangers_and_wrong_keys(stack: "Stack") -> None:
    assert get(f"{stack.s3_endpoint}/evergreen").status_code == 403
    inner = f"http://127.0.0.1:{ports(stack.state)['s3_filer']}/buckets/evergreen/"
    assert get(inner).status_code == 401
    assert httpx.put(f"{inner}stray", content=b"x", trust_env=False).status_code == 401


def test_mlflow_keeps_runs_in_postgresql_and_artifacts_behind_its_proxy(stack: "Stack") -> None:
    experiment = {"name": "of the stack's test"}
    made = httpx.post(f"{stack.mlflow_url}/api/2.0/mlflow/experiments/create", json=experiment, trust_env=False)
    found = get(
        f"{stack.mlflow_url}/api/2.0/mlflow/experiments/get", params={"experiment_id": made.json()["experiment_id"]}
    )
    assert found.json()["experiment"]["artifact_location"].startswith("mlflow-artifacts:/")
    put = httpx.put(
        f"{stack.mlflow_url}/api/2.0/mlflow-artifacts/artifacts/probe.txt", content=b"kept", trust_env=False
    )
    assert put.status_code == 200
    assert get(f"{stack.mlflow_url}/api/2.0/mlflow-artifacts/artifacts/probe.txt").content == b"kept"


@pytest.mark.parametrize("name", ["credentials", "passwords", "env"])
def test_files_with_secrets_are_private(stack: "Stack", name: str) -> None:
    mode = stat.S_IMODE(getattr(stack.state, name).stat().st_mode)
    assert oct(mode) == oct(0o600)


def test_no_secret_stands_on_a_command_line_or_in_a_log(stack: "Stack") -> None:
    secrets = {*vars(credentials(stack.state)).values(), *stack.passwords.values()}
    lines = [" ".join(process.cmdline()) for process in members(stack.state)]
    logs = [path.read_text(errors="replace") for path in stack.state.logs.glob("*.log")]
    assert lines
    assert logs
    assert [secret for secret in secrets for text in (*lines, *logs) if secret in text] == []


def test_only_the_processes_that_fork_tasks_hold_the_heavy_modules(stack: "Stack") -> None:
    status = current(stack.state)
    holds = {}
    for name, component in status.components.items():
        if name in {"api-server", "scheduler", "dag-processor", "triggerer"}:
            maps = Path(f"/proc/{component.pid}/maps").read_text()
            holds[name] = "sklearn" in maps and "duckdb" in maps
    assert holds == {"api-server": False, "scheduler": True, "dag-processor": False, "triggerer": False}


def test_the_processes_that_fork_tasks_have_no_other_thread(stack: "Stack") -> None:
    scheduler = psutil.Process(pid(stack.state, "scheduler"))
    workers = [child for child in scheduler.children() if "LocalExecutor" in " ".join(child.cmdline())]
    assert workers
    assert {worker.num_threads() for worker in workers} == {1}


def test_a_second_up_starts_nothing(stack: "Stack") -> None:
    before = current(stack.state)
    assert lifecycle.up(stack.state, lambda _: None).already
    assert current(stack.state) == before


def test_a_component_that_is_killed_comes_back(stack: "Stack") -> None:
    before = pid(stack.state, "triggerer")
    os.kill(before, 9)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        status = current(stack.state)
        if status.ready and status.components["triggerer"].pid != before:
            break
        time.sleep(0.2)
    after = current(stack.state).components["triggerer"]
    assert after.restarts == 1
    assert after.phase == "ready"


def test_up_recovers_from_the_death_of_everything_with_all_data(stack: "Stack") -> None:
    variable = {"key": "of_the_stack", "value": "kept"}
    assert stack.api("POST", "/api/v2/variables", json=variable).status_code == 201
    supervisor = psutil.Process(current(stack.state).supervisor)
    supervisor.kill()  # first: it would start the others again
    for process in members(stack.state):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    while lifecycle.running(stack.state):
        time.sleep(0.05)
    lifecycle.up(stack.state, lambda _: None)
    assert stack.api("GET", "/api/v2/variables/of_the_stack").json()["value"] == "kept"
    assert current(stack.state).ready
