"""The digest of sources follows every Python file, and nothing else."""

from pathlib import Path

import pytest

from evergreen.core.code import code_of, sources_of


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for name in ("a/one.py", "a/deep/two.py", "b/three.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"# {name}")
    return tmp_path


def test_every_python_file_counts_and_nothing_else(sources: Path) -> None:
    first = sources_of(sources, "a")
    (sources / "a" / "notes.txt").write_text("nothing")
    (sources / "b" / "three.py").write_text("# another room")
    assert sources_of(sources, "a") == first
    (sources / "a" / "deep" / "two.py").write_text("# changed")
    assert sources_of(sources, "a") != first


def test_a_file_that_moves_is_another_source(sources: Path) -> None:
    first = sources_of(sources)
    (sources / "a" / "one.py").rename(sources / "b" / "one.py")
    assert sources_of(sources) != first


def test_no_room_means_all_and_their_order_does_not_matter(sources: Path) -> None:
    assert sources_of(sources) == sources_of(sources, "a", "b") == sources_of(sources, "b", "a")


def test_rooms_of_the_package_are_told_apart() -> None:
    assert len({code_of("gates"), code_of("features"), code_of("gates", "features")}) == 3
