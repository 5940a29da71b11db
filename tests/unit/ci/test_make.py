"""Which Python `make install` builds the environment with."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).resolve().parents[3] / "Makefile"
Make = Callable[..., str]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")

# Makes the environment's Python a copy of the one that is asked for, as `uv venv --python` does.
UV = """#!/bin/sh
[ "$1" = venv ] || exit 0
mkdir -p .venv/bin
while [ "$1" != --python ]; do shift; done
cp "$2" .venv/bin/python
echo "venv of $($2 -V)"
"""


def _program(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Run `make install` in a project whose tools only say what they are asked for."""
    for name in ("MAKEFLAGS", "MAKELEVEL", "PYTHON"):
        monkeypatch.delenv(name, raising=False)
    shutil.copy(MAKEFILE, tmp_path)
    for name in ("requirements.txt", "pyproject.toml"):
        (tmp_path / name).touch()
    for version in ("3.11.9", "3.12.4"):
        _program(tmp_path / "bin" / f"python{version[:4]}", f"#!/bin/sh\n[ $1 != -V ] || echo Python {version}\n")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    _program(tmp_path / ".ci" / "python", '#!/bin/sh\ncommand -v "${1:-python3.11}"\n')
    _program(tmp_path / ".ci" / "bootstrap", "#!/bin/sh\necho .ci/uv\n")
    _program(tmp_path / ".ci" / "uv", UV)

    def made(*arguments: str, code: int = 0) -> str:
        command = ["make", "install", *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    return made


def test_another_python_builds_the_environment_anew(make: Make) -> None:
    assert "venv of Python 3.11.9" in make()
    told = make("PYTHON=python3.12")
    assert ".venv has Python 3.11.9: building it anew with Python 3.12.4" in told
    assert "venv of Python 3.12.4" in told


@pytest.mark.parametrize("arguments", [(), ("PYTHON=python3.12",)])
def test_the_same_python_changes_nothing(make: Make, arguments: tuple[str, ...]) -> None:
    make("PYTHON=python3.12")
    assert "Nothing to be done" in make(*arguments)


def test_a_python_that_is_not_there_destroys_nothing(make: Make) -> None:
    make()
    assert "venv of" not in make("PYTHON=python3.99", code=2)
    assert "Nothing to be done" in make("PYTHON=python3.11")
