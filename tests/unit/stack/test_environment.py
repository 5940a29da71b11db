import json
import stat
import subprocess
from pathlib import Path

import pytest

from evergreen.core.settings import Settings, settings
from evergreen.stack import environment
from evergreen.stack.credentials import SERVICE, credentials, passwords
from evergreen.stack.ports import ports
from evergreen.stack.state import State


def secrets_in(state: State, variables: dict[str, str]) -> set[str]:
    return {name for name, secret in vars(credentials(state)).items() if any(secret in v for v in variables.values())}


def test_it_names_every_address_of_this_stack(state: State) -> None:
    made = environment.environment(state)
    assert made["EVERGREEN_AIRFLOW_URL"] == f"http://127.0.0.1:{ports(state)['airflow']}"
    assert made["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"].startswith(made["EVERGREEN_AIRFLOW_URL"])
    assert made["AIRFLOW__API__PORT"] == str(ports(state)["airflow"])
    assert made["AIRFLOW__API__HOST"] == "127.0.0.1"


def test_nobody_is_admin_without_a_login(state: State) -> None:
    assert environment.environment(state)["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"] == "False"


def test_settings_know_every_variable(state: State) -> None:
    names = {name.removeprefix("EVERGREEN_").lower() for name in environment.environment(state) if "EVERGREEN_" in name}
    assert names <= set(Settings.model_fields)


def test_each_component_has_only_the_secrets_that_it_needs(state: State) -> None:
    s3 = {"s3_access_key", "s3_secret_key"}
    assert secrets_in(state, environment.component(state, "postgres")) == set()
    assert secrets_in(state, environment.component(state, "s3")) == s3 | {"filer_key"}
    assert secrets_in(state, environment.component(state, "mlflow")) == s3 | {"mlflow_database", "webhook_key"}
    airflow = s3 | {
        "airflow_database",
        "evergreen_database",
        "fernet_key",
        "jwt_secret",
        "api_secret_key",
        "metrics_token",
        "webhook_secret",
    }
    assert secrets_in(state, environment.component(state, "scheduler")) == airflow


def test_lineage_events_go_to_a_file_or_to_the_server_that_is_named(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = json.loads(environment.environment(state)["AIRFLOW__OPENLINEAGE__TRANSPORT"])
    assert (file["type"], file["append"]) == ("file", True)
    assert file["log_file_path"].startswith(str(state.path))
    monkeypatch.setenv("EVERGREEN_OPENLINEAGE_URL", "http://lineage.test")
    settings.cache_clear()
    named = json.loads(environment.environment(state)["AIRFLOW__OPENLINEAGE__TRANSPORT"])
    assert named == {"type": "http", "url": "http://lineage.test"}
    settings.cache_clear()


def test_model_folders_are_the_projects_own_or_those_that_the_settings_name(
    state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert environment.environment(state)["EVERGREEN_MODELS_DIR"] == str(state.project / "models")
    monkeypatch.setenv("EVERGREEN_MODELS_DIR", str(tmp_path / "elsewhere"))
    settings.cache_clear()
    try:
        assert environment.component(state, "scheduler")["EVERGREEN_MODELS_DIR"] == str(tmp_path / "elsewhere")
    finally:
        settings.cache_clear()


def test_only_the_scheduler_preloads(state: State) -> None:
    names = ("postgres", "s3", "mlflow", "api-server", "scheduler", "dag-processor", "triggerer", "migrate")
    assert [name for name in names if "EVERGREEN_PRELOAD" in environment.component(state, name)] == ["scheduler"]


def test_variables_of_the_shell_do_not_reach_into_the_servers(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AIRFLOW__CORE__EXECUTOR", "AWS_PROFILE", "MLFLOW_TRACKING_URI", "PGHOST", "PYTHONPATH"):
        monkeypatch.setenv(name, "foreign")
    monkeypatch.setenv("LANG", "kept")
    for name in ("s3", "mlflow", "scheduler"):
        made = environment.component(state, name)
        assert "foreign" not in made.values()
        assert made["LANG"] == "kept"


def test_the_file_for_a_shell_is_private_and_says_the_same(state: State) -> None:
    environment.write(state)
    assert stat.S_IMODE(state.env.stat().st_mode) == 0o600
    command = ["bash", "-c", 'source "$0" && env -0', str(state.env)]
    lines = subprocess.run(command, env={}, capture_output=True, text=True, check=True).stdout.split("\0")
    loaded = dict(line.split("=", 1) for line in lines if "=" in line)
    assert environment.environment(state).items() <= loaded.items()


def test_what_is_shown_holds_no_secret(state: State) -> None:
    shown = environment.masked(state)
    assert secrets_in(state, shown) == set()
    assert not [word for word in passwords(state).values() if any(word in value for value in shown.values())]
    assert set(shown) == set(environment.environment(state))
    assert shown["EVERGREEN_S3_ENDPOINT"] == environment.environment(state)["EVERGREEN_S3_ENDPOINT"]


def test_release_steps_have_a_login_of_their_own(state: State) -> None:
    made = environment.environment(state)
    assert made["EVERGREEN_AIRFLOW_USER"] == SERVICE
    assert made["EVERGREEN_AIRFLOW_PASSWORD"] == passwords(state)[SERVICE]
    assert f"{SERVICE}:user" in made["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"]
    assert "EVERGREEN_AIRFLOW_PASSWORD" not in environment.component(state, "mlflow")


def test_the_login_may_be_fab(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVERGREEN_STACK_LOGIN", "fab")
    settings.cache_clear()
    try:
        made = environment.environment(state)
    finally:
        settings.cache_clear()
    assert made["AIRFLOW__CORE__AUTH_MANAGER"].endswith("FabAuthManager")
    assert not [name for name in made if "SIMPLE_AUTH" in name]
