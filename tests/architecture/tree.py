"""A copy of the source tree, into which a test may put a violation."""

import shutil
from pathlib import Path

from .source import ROOT, SOURCE_DIRS


def copy_of_the_tree(target: Path) -> Path:
    """The sources and ``pyproject.toml`` below ``target``."""
    for folder in SOURCE_DIRS:
        if (ROOT / folder).is_dir():
            shutil.copytree(ROOT / folder, target / folder, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    shutil.copy(ROOT / "pyproject.toml", target)
    return target


def put(root: Path, path: str, text: str) -> None:
    """Append a piece of source to a file of the copy, which may be new."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as end:
        end.write(f"\n{text}\n")
