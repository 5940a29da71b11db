import stat
from pathlib import Path

from evergreen.stack.credentials import credentials
from evergreen.stack.postgres import OPTIONS, open_path, programs, statements
from evergreen.stack.state import State


def test_each_database_belongs_to_a_user_of_its_name(state: State) -> None:
    made = statements(credentials(state))
    for name in ("airflow", "mlflow", "evergreen"):
        assert f"CREATE DATABASE {name} OWNER {name};" in made
    assert credentials(state).postgres not in made


def test_it_listens_on_loopback_alone() -> None:
    assert OPTIONS["listen_addresses"] == "127.0.0.1"
    assert OPTIONS["unix_socket_directories"] == ""


def test_the_wheel_has_the_programs() -> None:
    assert {path.name for path in programs().iterdir()} >= {"initdb", "postgres"}


def test_others_may_pass_through_and_not_list(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    open_path(closed / "data")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o701
