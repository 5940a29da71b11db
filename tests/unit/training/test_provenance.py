"""Where a fit came from."""

import platform
import subprocess
from pathlib import Path

from evergreen.training.provenance import code, commit_of, environment, requirements


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Tests", "-c", "user.email=tests@example.com"]
    done = subprocess.run(["git", *identity, "-C", str(folder), *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_a_folder_outside_a_repository_has_no_commit(tmp_path: Path) -> None:
    found = commit_of(tmp_path)
    assert (found.sha, found.dirty) == (None, None)


def test_the_commit_and_whether_the_tree_differs(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "pipeline.py").write_text("x = 1")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    clean = commit_of(tmp_path)
    assert (clean.sha, clean.dirty) == (git(tmp_path, "rev-parse", "HEAD"), False)
    (tmp_path / "pipeline.py").write_text("x = 2")
    assert commit_of(tmp_path).dirty is True


def test_the_environment_names_interpreter_and_packages() -> None:
    lines = environment().splitlines()
    assert lines[0] == f"python {platform.python_version()}"
    assert set(requirements()) <= set(lines)


def test_the_code_digest_follows_every_python_file_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "pipeline.py").write_text("x = 1")
    first = code(tmp_path)
    (tmp_path / "notes.txt").write_text("nothing")
    assert code(tmp_path) == first
    (tmp_path / "more.py").write_text("y = 1")
    assert code(tmp_path) != first
