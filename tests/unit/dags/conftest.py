"""The DAG files over model folders of the tests."""

import atexit
import os
import runpy
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from evergreen.core.settings import settings
from evergreen.spec.model import ModelSpec

# Airflow makes its home and reads its configuration when it is imported, which the DAG files do.
HOME = tempfile.mkdtemp(prefix="evergreen-airflow-")
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ |= {"AIRFLOW_HOME": HOME, "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}

DAGS = Path(__file__).resolve().parents[3] / "dags"


@pytest.fixture
def models_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of model folders, which the settings name."""
    monkeypatch.setenv("EVERGREEN_MODELS_DIR", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


@pytest.fixture
def write_model(models_dir: Path, small_spec: Callable[..., ModelSpec]) -> Callable[..., Path]:
    """Write a good model folder; keyword arguments replace keys of its spec."""

    def written(name: str, **changes: Any) -> Path:
        content = small_spec(name=name, **changes).model_dump(mode="json", exclude_none=True)
        folder = models_dir / name
        folder.mkdir()
        (folder / "model.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
        return folder

    return written


@pytest.fixture
def parse(models_dir: Path) -> Callable[[str], dict[str, Any]]:
    """Run a DAG file as Airflow does, and give its DAGs by id."""
    from airflow.sdk import DAG

    def parsed(kind: str) -> dict[str, Any]:
        return {n: v for n, v in runpy.run_path(str(DAGS / f"{kind}.py")).items() if isinstance(v, DAG)}

    return parsed
