"""The Python of an environment of its own for a library that a benchmark compares with, made once.

    python benchmarks/sides/peers.py evidently

installs it from PyPI below ``EVERGREEN_WORK_DIR``, where it is not there yet, and prints the path of its interpreter.
"""

import subprocess
import sys
from pathlib import Path

from evergreen.core.settings import settings

PEERS = {
    "evidently": ("evidently==0.7.23", "pandas==2.3.3", "pyarrow==25.0.1"),
    "alibi_detect": ("alibi-detect==0.13.0", "pandas==2.3.3", "pyarrow==20.0.0"),
    "nannyml": ("nannyml==0.13.1", "statsmodels", "pandas==2.3.3", "pyarrow==25.0.1"),
}
OVERRIDES = "kaleido==1.0.0"
"""nannyml pins a kaleido that has no wheel for x86-64; it draws pictures with it, which nobody asks for here."""


def environment(peer: str) -> Path:
    """The interpreter of a peer's environment."""
    root = Path(__file__).parents[2]
    home = settings().work_dir / "peers" / peer
    python = home / "bin" / "python"
    if (home / "done").exists():
        return python
    uv = subprocess.run([".ci/bootstrap", sys.executable], cwd=root, check=True, capture_output=True, text=True)
    tool = str((root / uv.stdout.strip()).resolve())
    subprocess.run([tool, "venv", "--quiet", "--clear", "--python", sys.executable, home], check=True)
    overrides = home / "overrides.txt"
    overrides.write_text(OVERRIDES)
    install: list[str | Path] = [tool, "pip", "install", "--quiet", "--python", python, "--override", overrides]
    subprocess.run([*install, *PEERS[peer]], check=True, stdout=sys.stderr)
    (home / "done").touch()
    return python


if __name__ == "__main__":
    print(environment(sys.argv[1]))
