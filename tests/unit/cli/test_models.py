"""The commands about folders."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evergreen.cli.app import app
from evergreen.core.settings import settings

PROJECT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _fresh_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "model.yaml").write_text("version: [")
    (tmp_path / "flight_delays").symlink_to(PROJECT / "models" / "flight_delays")
    monkeypatch.setenv("EVERGREEN_MODELS_DIR", str(tmp_path))
    settings.cache_clear()


def test_models_lists_the_good_and_says_why_of_the_broken() -> None:
    said = CliRunner().invoke(app, ["models"])
    assert said.exit_code == 3
    assert "flight_delays: binary" in said.stdout
    assert "torn" in said.stderr


def test_schema_prints_json() -> None:
    said = CliRunner().invoke(app, ["schema"])
    assert json.loads(said.stdout)["properties"]["gates"]
