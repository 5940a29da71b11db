import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from evergreen.core import settings
from evergreen.core.errors import RunError
from evergreen.stack.state import State, locate


@pytest.fixture(autouse=True)
def fresh_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("EVERGREEN_STATE_DIR", raising=False)
    settings.settings.cache_clear()
    yield
    settings.settings.cache_clear()


def test_it_is_found_from_any_folder_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "Procfile").touch()
    deep = tmp_path / "models" / "flight_delays"
    deep.mkdir(parents=True)
    assert locate(deep) == State(project=tmp_path, path=tmp_path / ".evergreen")


def test_outside_of_a_project_it_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=f"no Procfile in {tmp_path} or above"):
        locate(tmp_path)


def test_it_may_be_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Procfile").touch()
    monkeypatch.setenv("EVERGREEN_STATE_DIR", str(tmp_path / "other"))
    assert locate(tmp_path).path == tmp_path / "other"


def test_others_pass_through_the_folder_and_cannot_list_it(tmp_path: Path) -> None:
    state = State(project=tmp_path, path=tmp_path / "state")
    state.create()
    assert stat.S_IMODE(state.path.stat().st_mode) == 0o711
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in state.path.iterdir()} == {0o700}
