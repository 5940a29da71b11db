"""FileAnchors: heads of journals in a local file, a line each, that nobody rewrites."""

import json
import os
from pathlib import Path

from evergreen.core.errors import OutageError


class FileAnchors:
    """Heads in an append-only file. Keep it where the bucket's writers cannot reach it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __str__(self) -> str:
        return f"the file {self.path}"

    def note(self, model: str, head: str) -> None:
        """Append a line; one write, so that processes do not mix theirs."""
        line = "\n" + json.dumps({"model": model, "head": head}) + "\n"  # the line before may have been cut by a crash
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            with os.fdopen(descriptor, "wb", buffering=0) as file:
                file.write(line.encode())
                os.fsync(descriptor)
        except OSError as error:
            raise OutageError(f"{self} cannot be written ({error.strerror}).") from None

    def noted(self, model: str) -> tuple[str, ...]:
        """The heads of a model, the oldest first; a line that a crash has cut is passed over."""
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise OutageError(f"{self} cannot be read ({error.strerror}).") from None
        return tuple(line["head"] for line in map(_parsed, lines) if line.get("model") == model)


def _parsed(line: str) -> dict[str, str]:
    try:
        return dict(json.loads(line))
    except (ValueError, TypeError):
        return {}
