"""Where a fit came from: the commit, the environment, the code."""

import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distributions, version
from pathlib import Path

from evergreen.core.code import code_of, sources_of
from evergreen.core.digest import digest_of

ROOMS = ("features", "jail", "training")
"""The sources of Evergreen that decide a fit; readers of parts stand in ``features``."""
SERVING = ("joblib", "mlflow", "numpy", "pandas", "scikit-learn", "scipy", "skops", "threadpoolctl")
"""What a model file needs to answer; pinned to the installed versions."""


@dataclass(frozen=True, kw_only=True)
class Commit:
    """The commit checked out around a folder, and whether the tree differs from it; None outside a repository."""

    sha: str | None
    dirty: bool | None


def commit_of(folder: Path) -> Commit:
    """Ask git; without git, or outside a repository, nothing is known."""
    sha = _git(folder, "rev-parse", "HEAD")
    changes = None if sha is None else _git(folder, "status", "--porcelain")
    return Commit(sha=sha, dirty=None if changes is None else bool(changes))


def _git(folder: Path, *arguments: str) -> str | None:
    program = shutil.which("git")
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 (git by its full path, with fixed arguments)
            [program, "-C", str(folder), *arguments], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


@cache
def environment() -> str:
    """The interpreter, the platform and every installed distribution, a line each, sorted."""
    described = (found.metadata for found in distributions())  # a file each, which every other property reads anew
    installed = {f"{each['Name'].lower()}=={each['Version']}" for each in described}
    return "\n".join(
        [f"python {platform.python_version()}", f"{sys.platform} {platform.machine()}", *sorted(installed), ""]
    )


@cache
def requirements() -> tuple[str, ...]:
    """Pinned requirements of a model file, as installed here."""
    return tuple(f"{name}=={version(name)}" for name in SERVING)


def code(folder: Path) -> str:
    """Digest of the model folder's Python files and of the parts of Evergreen that decide a fit."""
    return digest_of({"model": sources_of(folder), "rooms": code_of(*ROOMS)})
