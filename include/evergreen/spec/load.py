"""Model folders to specs, one by one or all at once."""

import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from evergreen.core.errors import SpecError
from evergreen.spec.document import Document, read
from evergreen.spec.faults import Fault, faults
from evergreen.spec.model import SPEC_VERSION, ModelSpec

FILE = "model.yaml"
MOST_FAULTS = 10


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A model folder that cannot be read, and why."""

    name: str
    error: SpecError


def load(folder: Path) -> ModelSpec:
    """The spec in ``folder/model.yaml``.

    Raises
    ------
    SpecError
        Names file and line, key, what was expected and found, and the nearest valid word, for up to ten faults.
    """
    document = read(folder / FILE)
    _readable_version(document)
    try:
        spec = ModelSpec.model_validate(_frozen(document.data), strict=True)
    except ValidationError as error:
        raise _spec_error(document, faults(error, ModelSpec)) from None
    name = folder.resolve().name
    if spec.name != name:
        raise _spec_error(document, [Fault(("name",), f"expected the folder's name, {name!r}, found {spec.name!r}")])
    return spec


def discover(models_dir: Path) -> tuple[str, ...]:
    """The names of the model folders, sorted; nothing is read. Folders that start with ``.`` or ``_`` are no models.

    Raises
    ------
    SpecError
        The folder of model folders is missing.
    """
    try:
        with os.scandir(models_dir) as entries:
            return tuple(sorted(e.name for e in entries if e.name[0] not in "._" and e.is_dir()))
    except OSError as error:
        raise SpecError(
            f"{models_dir}: cannot list the model folders: {error.strerror}; set EVERGREEN_MODELS_DIR."
        ) from None


def load_all(models_dir: Path) -> tuple[ModelSpec | Broken, ...]:
    """Every model folder, by name; one that cannot be read never stops the others."""
    return tuple(_load_or_broken(models_dir / name) for name in discover(models_dir))


def _load_or_broken(folder: Path) -> ModelSpec | Broken:
    try:
        return load(folder)
    except SpecError as error:
        return Broken(name=folder.name, error=error)


def _readable_version(document: Document) -> None:
    version = document.data.get("version")
    if isinstance(version, int) and version > SPEC_VERSION:
        message = f"this release reads specs up to version {SPEC_VERSION}, found {version}; upgrade Evergreen"
        raise _spec_error(document, [Fault(("version",), message)])


def _spec_error(document: Document, found: list[Fault]) -> SpecError:
    lines = sorted((document.line(f.keys), ".".join(map(str, f.keys)), f.message) for f in found)
    listed = [f"{document.path}:{line}: {key}: {message}."[:400].replace("?.", "?") for line, key, message in lines]
    rest = len(listed) - MOST_FAULTS
    return SpecError("\n".join(listed[:MOST_FAULTS] + ([f"… and {rest} more faults."] if rest > 0 else [])))


def _frozen(value: object) -> object:
    """Lists as tuples, which strict validation asks for."""
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
