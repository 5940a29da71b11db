"""Scratch: the folder in which a snapshot is made, and the end of those that a killed process left."""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from evergreen.core.clock import now
from evergreen.core.settings import settings

ABANDONED = timedelta(days=1)
"""A folder in which nothing was written for so long belongs to nobody."""

log = logging.getLogger(__name__)


@contextmanager
def scratch(model: str) -> Iterator[Path]:
    """A folder of one's own below ``work_dir``, gone at the end; abandoned ones of the model are removed first.

    Folders of other models are theirs to remove, and younger ones may be those of another attempt at work.
    """
    root = settings().work_dir / "scratch"
    root.mkdir(parents=True, exist_ok=True)
    for folder in root.glob(f"{model}-*"):
        if now() - _last_written(folder) > ABANDONED:
            log.info("%s: removing the abandoned scratch folder %s", model, folder.name)
            shutil.rmtree(folder, ignore_errors=True)
    with TemporaryDirectory(dir=root, prefix=f"{model}-") as own:
        yield Path(own)


def _last_written(folder: Path) -> datetime:
    """A file that grows leaves the time of its folder as it is, so that both count."""
    times = []
    for path in (folder, *folder.glob("*")):
        try:
            times.append(path.stat().st_mtime)
        except FileNotFoundError:  # its owner was faster
            continue
    return datetime.fromtimestamp(max(times), UTC) if times else now()
