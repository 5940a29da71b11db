"""The import contracts of ``pyproject.toml`` hold, and each one is broken by what it forbids."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from .source import ROOT
from .tree import copy_of_the_tree, put

LINT = Path(sys.executable).with_name("lint-imports")

STATION = "include/evergreen/training/__init__.py"
# For each contract: the module that breaks it, what that module says, and how the linter names it.
VIOLATIONS = {
    "layers": [
        (
            "include/evergreen/core/digest.py",
            "import evergreen.spec.model",
            "evergreen.core.digest -> evergreen.spec.model",
        ),
        (
            "include/evergreen/records/base.py",
            "import evergreen.spec.data",
            "evergreen.records.base -> evergreen.spec.data",
        ),
        (
            "include/evergreen/spec/base.py",
            "import evergreen.stores.ports",
            "evergreen.spec.base -> evergreen.stores.ports",
        ),
        ("include/evergreen/stats/__init__.py", "import evergreen.stores.s3", "evergreen.stats -> evergreen.stores.s3"),
        (
            "include/evergreen/journal/state.py",
            "import evergreen.stores.memory",
            "evergreen.journal.state -> evergreen.stores.memory",
        ),
        (
            "include/evergreen/stores/ports.py",
            "import evergreen.features",
            "evergreen.stores.ports -> evergreen.features",
        ),
        (
            "include/evergreen/features/__init__.py",
            "def f() -> None:\n    import evergreen.data",
            "evergreen.features -> evergreen.data",
        ),
        (STATION, "import evergreen.data", "evergreen.training -> evergreen.data"),
        (
            "include/evergreen/gates/__init__.py",
            "import evergreen.evaluation",
            "evergreen.gates -> evergreen.evaluation",
        ),
        ("include/evergreen/data/__init__.py", "import evergreen.flows", "evergreen.data -> evergreen.flows"),
        ("include/evergreen/stack/__init__.py", "import evergreen.flows", "evergreen.stack -> evergreen.flows"),
        ("include/evergreen/flows/__init__.py", "import evergreen.cli", "evergreen.flows -> evergreen.cli"),
    ],
    "no-airflow": [
        (
            "include/evergreen/flows/__init__.py",
            "def f() -> None:\n    import airflow.sdk",
            "evergreen.flows -> airflow",
        ),
        (
            "include/evergreen/stack/__init__.py",
            "from evergreen_airflow import errors",
            "evergreen.stack -> evergreen_airflow.errors",
        ),
    ],
    "clients": [
        (STATION, "import mlflow.sklearn", "evergreen.training -> mlflow"),
        ("include/evergreen/data/__init__.py", "def f() -> None:\n    import boto3", "evergreen.data -> boto3"),
        (
            "include/evergreen/gates/__init__.py",
            "from botocore.exceptions import ClientError",
            "evergreen.gates -> botocore",
        ),
        ("include/evergreen/stack/__init__.py", "import docker", "evergreen.stack -> docker"),
        ("plugins/evergreen_airflow/__init__.py", "import mlflow", "evergreen_airflow -> mlflow"),
    ],
    "acyclic": [
        ("include/evergreen/core/clock.py", "import evergreen.core.digest", ".clock"),
        ("include/evergreen/core/digest.py", "import evergreen.core.clock", ".digest"),
    ],
}


def lint(root: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [LINT, "--config", root / "pyproject.toml", "--no-cache", "--no-logo"]
    chosen = [word for contract in contracts for word in ("--contract", contract)]
    path = os.pathsep.join(str(root / folder) for folder in ("include", "plugins"))
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([*command, *chosen], cwd=root, env=environment, capture_output=True, text=True, check=False)


def test_the_tree_keeps_every_contract() -> None:
    answer = lint(ROOT)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert " 0 broken" in answer.stdout


def test_a_clean_copy_keeps_every_contract(tmp_path: Path) -> None:
    """The copy itself is what the violations below are caught in."""
    answer = lint(copy_of_the_tree(tmp_path))
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_violations_are_caught(tmp_path: Path, contract: str) -> None:
    copy = copy_of_the_tree(tmp_path)
    for path, text, _ in VIOLATIONS[contract]:
        put(copy, path, text)
    answer = lint(copy, contract)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "0 kept, 1 broken" in answer.stdout
    assert [said for _, _, said in VIOLATIONS[contract] if said not in answer.stdout] == []


def test_a_room_without_a_layer_is_caught(tmp_path: Path) -> None:
    copy = copy_of_the_tree(tmp_path)
    put(copy, "include/evergreen/cellar/__init__.py", '"""A room that no layer names."""')
    answer = lint(copy, "layers")
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "cellar" in answer.stdout


def test_every_contract_has_a_violation() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {contract["id"] for contract in project["tool"]["importlinter"]["contracts"]}
    assert contracts == set(VIOLATIONS)
