import json

import pytest

from evergreen.stack.credentials import credentials, passwords
from evergreen.stack.lifecycle import Started
from evergreen.stack.ports import ports
from evergreen.stack.screen import Screen
from evergreen.stack.state import State
from evergreen.stack.status import ComponentStatus, Phase, StackStatus


def status(*, s3: Phase, migrate: Phase = Phase.WAITING) -> StackStatus:
    components = {
        "s3": ComponentStatus(phase=s3, pid=7, since=1.0, seconds=1.25 if s3 is Phase.READY else None),
        "migrate": ComponentStatus(phase=migrate, once=True, since=1.0, seconds=9.0),
    }
    return StackStatus(supervisor=3, components=components)


def test_a_start_tells_each_component_once(capsys: pytest.CaptureFixture[str]) -> None:
    with Screen().starting() as watch:
        watch(status(s3=Phase.STARTING))
        watch(status(s3=Phase.READY))
        watch(status(s3=Phase.READY, migrate=Phase.READY))
    assert capsys.readouterr().out.split() == ["s3", "ready", "1.2", "s", "migrate", "done", "9.0", "s"]


def test_a_start_ends_with_urls_the_login_and_where_the_password_is(
    state: State, capsys: pytest.CaptureFixture[str]
) -> None:
    Screen().started(state, Started(already=False, orphans=3, moved={"mlflow": 5000}))
    said = capsys.readouterr().out
    assert f"http://127.0.0.1:{ports(state)['airflow']}" in said
    assert "login admin" in said
    assert str(state.passwords) in said
    assert "3 processes" in said
    assert f"Port 5000 was taken: mlflow listens on {ports(state)['mlflow']}" in said
    secrets = {*vars(credentials(state)).values(), *passwords(state).values()}
    assert [secret for secret in secrets if secret in said] == []


@pytest.mark.parametrize("phase", [Phase.READY, Phase.FAILED])
def test_the_status_names_every_component(capsys: pytest.CaptureFixture[str], phase: Phase) -> None:
    Screen().status(status(s3=phase), as_json=False)
    said = capsys.readouterr().out
    assert "s3" in said
    assert phase in said
    assert "migrate" in said


def test_programs_read_json(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().status(status(s3=Phase.READY), as_json=True)
    assert json.loads(capsys.readouterr().out)["components"]["s3"]["phase"] == "ready"
