"""A folder of one's own, and none that stays for ever."""

import os
from datetime import timedelta
from pathlib import Path

from tests.unit.data.landing import FEBRUARY, Landing

from evergreen.core.clock import now
from evergreen.core.settings import settings
from evergreen.data.scratch import scratch


def _left(name: str, *, hours: int, file_hours: int | None = None) -> Path:
    """A folder with a file, as a killed process leaves it; last written so many hours ago."""
    folder = settings().work_dir / "scratch" / name
    folder.mkdir(parents=True)
    (folder / "raw").write_bytes(b"half")
    for path, age in ((folder / "raw", hours if file_hours is None else file_hours), (folder, hours)):
        moment = (now() - timedelta(hours=age)).timestamp()
        os.utime(path, (moment, moment))
    return folder


def test_it_is_there_and_gone_at_the_end() -> None:
    with scratch("trips") as folder, scratch("trips") as another:
        assert folder.is_dir()
        assert folder != another
    assert not folder.exists()
    assert folder.parent == settings().work_dir / "scratch"


def test_a_snapshot_removes_what_killed_ones_left(landing: Landing) -> None:
    old = _left("trips-old", hours=25)
    landing.months(1)
    landing.snapshot(FEBRUARY)
    assert not old.exists()
    assert list((settings().work_dir / "scratch").iterdir()) == []


def test_others_keep_theirs() -> None:
    kept = [
        _left("trips-young", hours=23),
        _left("trips-growing", hours=30, file_hours=1),
        _left("trips_abroad-old", hours=25),
        _left("trip-old", hours=25),
    ]
    with scratch("trips"):
        assert all((folder / "raw").exists() for folder in kept)
