"""A YAML file as plain data, with the line of every key."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from evergreen.core.errors import SpecError

# libyaml's C code descends once per level and would overflow the stack; no spec is nested nearly as deep.
DEEPEST = 24
LARGEST_BYTES = 256 * 1024


Keys = tuple[str | int, ...]
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Document:
    """The data of one file; ``lines`` maps the keys that lead to a value to the line where it stands, from 1."""

    path: Path
    data: dict[str, Any]
    lines: Mapping[Keys, int]

    def line(self, keys: Keys) -> int:
        """The line of the value at ``keys``, or of the nearest part around it."""
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return self.lines.get(keys, 1)


def read(path: Path) -> Document:
    """Read a YAML file whose top is a mapping.

    Raises
    ------
    SpecError
        The file is missing, cannot be read, is too large, is no YAML, is empty or no mapping, repeats a key, or uses
        anchors; the message names file and line.
    """
    text = _text(path)
    lines: dict[Keys, int] = {(): 1}
    try:
        _guard(text, path)
        loader = Loader(text)
        node = loader.get_single_node()
        faults = _walk(node, (), lines)
        data = None if node is None or faults else _construct(loader, node, path)
    except yaml.YAMLError as error:
        raise _not_yaml(error, path) from None
    if faults:
        raise SpecError("\n".join(f"{path}:{line}: {message}" for line, message in faults[:10]))
    if not isinstance(data, dict):
        found = "an empty file" if data is None else f"a {type(data).__name__}"
        raise SpecError(f"{path}:1: expected a mapping with keys such as version, name and owner, found {found}.")
    return Document(path, data, lines)


def _construct(loader: Any, node: Any, path: Path) -> object:
    try:
        return loader.construct_document(node)
    except (ValueError, OverflowError) as error:  # an impossible date such as 2013-02-30
        raise SpecError(f"{path}: holds a value that YAML cannot read: {str(error)[:200]}.") from None


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        raise SpecError(f"{path}: there is no such file; a model folder needs one.") from None
    except OSError as error:
        raise SpecError(f"{path}: cannot be read: {error.strerror}.") from None
    if len(data) > LARGEST_BYTES:
        raise SpecError(f"{path}: is larger than {LARGEST_BYTES // 1024} KiB, which no model spec is.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SpecError(f"{path}:{line}: expected UTF-8 text, found the byte 0x{data[error.start]:02x}.") from None


def _guard(text: str, path: Path) -> None:
    """Refuse what cannot be loaded safely, event by event, before anything is built."""
    depth = 0
    for event in yaml.parse(text, Loader=Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise SpecError(f"{path}:{line}: anchors (&) and aliases (*) are not used here: write the value out.")
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            depth += 1
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise SpecError(f"{path}:{line}: is nested more than {DEEPEST} levels deep, which no model spec is.")


def _walk(node: Any, keys: Keys, lines: dict[Keys, int]) -> list[tuple[int, str]]:
    """Note the line of every key; give the repeated keys and the keys that are no text."""
    faults: list[tuple[int, str]] = []
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines[*keys, index] = item.start_mark.line + 1
            faults += _walk(item, (*keys, index), lines)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            line, below = key.start_mark.line + 1, (*keys, str(key.value))
            dotted = ".".join(map(str, below))
            if key.tag != "tag:yaml.org,2002:str":
                faults.append((line, f"{dotted[:100]}: expected a key of text; put it in quotes."))
            elif below in lines:
                faults.append((line, f"{dotted[:100]}: is given twice, first in line {lines[below]}; keep one."))
            else:
                lines[below] = line
                faults += _walk(value, below, lines)
    return faults


def _not_yaml(error: yaml.YAMLError, path: Path) -> SpecError:
    mark = getattr(error, "problem_mark", None)
    where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
    said = getattr(error, "problem", None) or str(error).splitlines()[0]
    return SpecError(f"{where}: is no YAML: {str(said)[:200]}. Indent with spaces, and quote text that holds a colon.")
