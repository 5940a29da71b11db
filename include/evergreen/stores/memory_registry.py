"""MemoryRegistry: the model registry of unit tests."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from evergreen.core.errors import NotFound
from evergreen.stores.ports import RegisteredVersion


class MemoryRegistry:
    """Versions and aliases in dictionaries; it ends with its process.

    Model files are put into ``files``, by URI, then by name.
    """

    def __init__(self) -> None:
        self.files: dict[str, dict[str, bytes]] = {}
        self._versions: dict[str, list[RegisteredVersion]] = {}
        self._aliases: dict[str, dict[str, int]] = {}

    def find_version(self, model: str, key: str) -> RegisteredVersion | None:
        """The oldest version with that key."""
        return next((v for v in self.versions(model) if v.tags.get("evergreen.key") == key), None)

    def create_version(self, model: str, *, run_id: str, model_uri: str, tags: Mapping[str, str]) -> RegisteredVersion:
        """Register a model file under the next number; raises ``NotFound`` for one that is not there."""
        if model_uri not in self.files:
            raise NotFound(f"No model file {model_uri!r}.")
        known = self._versions.setdefault(model, [])
        version = RegisteredVersion(number=len(known) + 1, run_id=run_id, tags=dict(tags), model_uri=model_uri)
        known.append(version)
        return version

    def versions(self, model: str) -> tuple[RegisteredVersion, ...]:
        """All versions, oldest first."""
        return tuple(self._versions.get(model, ()))

    def tagged(self, tag: str) -> tuple[str, ...]:
        """The models with a version that has this tag."""
        return tuple(sorted(m for m, versions in self._versions.items() if any(tag in v.tags for v in versions)))

    def tag_version(self, model: str, number: int, tags: Mapping[str, str]) -> None:
        """Set tags of a version; raises ``NotFound``."""
        old = self._version(model, number)
        self._versions[model][number - 1] = replace(old, tags={**old.tags, **tags})

    def aliases(self, model: str) -> dict[str, int]:
        """Aliases and the versions that they name."""
        return dict(self._aliases.get(model, {}))

    def set_alias(self, model: str, alias: str, number: int) -> None:
        """Point an alias at a version; raises ``NotFound``."""
        self._aliases.setdefault(model, {})[alias] = self._version(model, number).number

    def delete_alias(self, model: str, alias: str) -> None:
        """Remove an alias, if it is there."""
        self._aliases.get(model, {}).pop(alias, None)

    def download_model(self, model_uri: str, directory: Path) -> None:
        """Write the model's files into ``directory``; raises ``NotFound``."""
        if model_uri not in self.files:
            raise NotFound(f"No model file {model_uri!r}.")
        directory.mkdir(parents=True, exist_ok=True)
        for name, data in self.files[model_uri].items():
            (directory / name).write_bytes(data)

    def _version(self, model: str, number: int) -> RegisteredVersion:
        if not 1 <= number <= len(self._versions.get(model, ())):
            raise NotFound(f"{model} has no version {number}.")
        return self._versions[model][number - 1]
