"""The JSON Schema of ``model.yaml``, by which editors complete and check it."""

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from evergreen.spec.base import SpecPart
from evergreen.spec.model import ModelSpec

DIALECT = "http://json-schema.org/draft-07/schema#"  # what the editors' YAML extensions know best
SCHEMA_ID = "urn:evergreen:model:1"


def json_schema() -> dict[str, Any]:
    """The schema of the current spec version, with descriptions from the docstrings."""
    schema = ModelSpec.model_json_schema()
    described = {part.__name__: part for part in _parts(SpecPart)}
    for name, said in {"ModelSpec": schema, **schema["$defs"]}.items():
        for key, description in _descriptions(described[name]).items():
            if key in said.get("properties", {}):
                said["properties"][key]["description"] = description
    head = {"$schema": DIALECT, "$id": SCHEMA_ID}
    return {**head, **schema, "title": "Evergreen model spec"}


def _parts(part: type[SpecPart]) -> Iterator[type[SpecPart]]:
    yield part
    for below in part.__subclasses__():
        yield from _parts(below)


def _descriptions(part: type[SpecPart]) -> dict[str, str]:
    """Key and docstring of each attribute of this class and of those it follows."""
    found: dict[str, str] = {}
    for base in reversed(part.__mro__[: part.__mro__.index(SpecPart)]):
        [tree] = ast.parse(textwrap.dedent(inspect.getsource(base))).body
        assert isinstance(tree, ast.ClassDef)  # noqa: S101 - what the source of a class is
        for key, text in pairwise(tree.body):
            match key, text:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(said))):
                    found[name] = inspect.cleandoc(said)
    return found


def json_schema_text() -> str:
    """The schema as the committed file ``config/model.schema.json`` holds it."""
    return json.dumps(json_schema(), indent=2) + "\n"


if __name__ == "__main__":
    import sys

    sys.stdout.write(json_schema_text())
