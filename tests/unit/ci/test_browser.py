"""`.ci/browser` names the Chromium that the browser tests open."""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / ".ci" / "browser"


def _browser(folder: Path) -> subprocess.CompletedProcess[str]:
    bash, env = shutil.which("bash"), {"PATH": str(folder)}
    assert bash is not None
    return subprocess.run([bash, str(SCRIPT)], env=env, capture_output=True, text=True, check=False)


def _program(path: Path, text: str = "") -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome"])
def test_the_one_that_is_there_is_named(tmp_path: Path, name: str) -> None:
    program = _program(tmp_path / name)
    assert _browser(tmp_path).stdout == f"{program}\n"


def test_without_one_and_without_root_the_reason_is_given(tmp_path: Path) -> None:
    _program(tmp_path / "id", "echo 1000")
    done = _browser(tmp_path)
    assert done.returncode == 1
    assert "not installed" in done.stdout
