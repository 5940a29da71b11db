"""The image and the Compose file on a real Docker Engine: the stack starts, and a scheduled run makes a champion."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.container, pytest.mark.timeout(1800)]

PROJECT = Path(__file__).parents[2]
PATIENCE_SECONDS = 900


def run(*command: str, **options: object) -> str:
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return str(done.stdout)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def engine() -> None:
    """A Docker Engine with the base images; on a closed Debian machine `.ci/docker-up` makes both."""
    script = PROJECT / ".ci" / "docker-up"
    images = ("postgres=postgres:17.6", "s3=pgsty/minio:RELEASE.2026-08-04T00-00-00Z")
    if os.geteuid() == 0:
        run(str(script), *images)
    else:
        run("docker", "info")


@pytest.fixture(scope="module")
def compose(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ...]]:
    env = tmp_path_factory.mktemp("compose") / "env"
    run(sys.executable, "deploy/compose/make_env.py", str(env))
    assert env.stat().st_mode & 0o777 == 0o600
    with env.open("a") as file:  # beside a stack that may run on this machine
        file.write(f"AIRFLOW_PORT={free_port()}\nMLFLOW_PORT={free_port()}\n")
    command = ("docker", "compose", "--project-name", "evergreen-test", "--env-file", str(env))
    try:
        run("docker", "build", "--network", "host", "-t", "evergreen", ".")
        run(*command, "up", "--no-build", "--detach", "--wait", "--wait-timeout", "600")
        yield command
    finally:
        subprocess.run([*command, "logs", "--tail", "30"], cwd=PROJECT, check=False)
        subprocess.run([*command, "down", "--volumes", "--timeout", "20"], cwd=PROJECT, check=False)


def test_the_unit_tests_pass_in_the_image(engine: None) -> None:
    run("docker", "build", "--network", "host", "--target", "test", "-t", "evergreen-test", ".")
    said = run("docker", "run", "--rm", "evergreen-test")
    assert " passed" in said
    assert " failed" not in said


def test_the_image_runs_as_an_unprivileged_user(compose: tuple[str, ...]) -> None:
    assert run(*compose, "exec", "-T", "scheduler", "id", "-u").strip() == "50000"


def test_a_scheduled_run_makes_a_champion(compose: tuple[str, ...]) -> None:
    def inside(*command: str) -> str:
        return run(*compose, "exec", "-T", "scheduler", *command)

    inside("python", "models/flight_delays/loader.py", "--months", "1-2")
    deadline = time.monotonic() + PATIENCE_SECONDS
    # Airflow says nothing of a DAG that it has not parsed yet; the release's DAG starts unpaused.
    while "retrain__flight_delays" not in inside("airflow", "dags", "unpause", "--yes", "retrain__flight_delays"):
        assert time.monotonic() < deadline, f"Airflow does not know the DAG after {PATIENCE_SECONDS} s"
    while "promotion" not in (said := inside("evergreen", "journal", "show", "--model", "flight_delays")):
        assert time.monotonic() < deadline, f"no promotion within {PATIENCE_SECONDS} s; the journal says:\n{said}"
        time.sleep(5)
    inside("evergreen", "journal", "verify", "--model", "flight_delays")
