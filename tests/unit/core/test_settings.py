"""The environment, read once, and never shown."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from evergreen.core.errors import InputError
from evergreen.core.settings import settings


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def test_variables_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVERGREEN_MODELS_DIR", "/srv/models")
    monkeypatch.setenv("EVERGREEN_THREADS", "3")
    assert settings().models_dir == Path("/srv/models")
    assert settings().threads == 3
    monkeypatch.setenv("EVERGREEN_THREADS", "4")
    assert settings().threads == 3


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVERGREEN_THREADS", "none")
    monkeypatch.setenv("EVERGREEN_S3_SECRET_KEY", "secret-4711")
    with pytest.raises(InputError, match=r"EVERGREEN_THREADS: .*Set these variables and start again") as caught:
        settings()
    assert "4711" not in str(caught.value)


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVERGREEN_S3_SECRET_KEY", "secret-4711")
    assert "4711" not in repr(settings())
    assert "4711" not in settings().model_dump_json()
