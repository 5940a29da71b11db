"""The example folders, and a new one made from them as docs/new-model.md says."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evergreen.data.expectations.suite import read_suite
from evergreen.spec.load import load
from evergreen.training.hyperparameters import resolve
from evergreen.training.pipeline import build

PROJECT = Path(__file__).parents[3]
MODELS = PROJECT / "models"
EXAMPLES = ("air_time", "flight_delays", "flight_outcome")


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_folder_is_whole(name: str) -> None:
    folder = MODELS / name
    spec = load(folder)
    assert (folder / "README.md").read_text(encoding="utf-8").startswith(f"# {name}\n")
    suite = read_suite(folder / "expectations.yaml")
    suite.check_columns(["flight"])  # which is landed, and no feature
    assert spec.columns.label.column in {column for entry in suite.entries for column in entry.columns}
    pipeline = build(spec, folder, resolve(spec, {}), spec.training.seed)
    assert pipeline[-1].max_iter == spec.training.hyperparameters["max_iter"].default
    assert pipeline[-1].random_state == spec.training.seed


def test_the_examples_have_a_task_each() -> None:
    assert sorted(load(MODELS / name).task for name in EXAMPLES) == ["binary", "multiclass", "regression"]


def _walk() -> list[str]:
    """The commands of the walk's first steps, which need no server."""
    text = (PROJECT / "docs" / "new-model.md").read_text(encoding="utf-8")
    steps = text[text.index("## 1") : text.index("## 3")]
    return [line.strip() for line in steps.splitlines() if line.startswith("    ")]


def test_a_copied_folder_is_a_model(tmp_path: Path) -> None:
    for name in EXAMPLES:
        shutil.copytree(MODELS / name, tmp_path / "models" / name)
    commands = _walk()
    assert [command.split()[0] for command in commands] == ["cp", "sed", "evergreen"]
    env = os.environ | {"EVERGREEN_MODELS_DIR": "models", "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for command in commands:
        done = subprocess.run(
            ["bash", "-euc", command], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert "block_time: regression" in done.stdout
    spec = load(tmp_path / "models" / "block_time")
    assert build(spec, tmp_path / "models" / "block_time", resolve(spec, {}), 0)[-1].max_iter == 100
