"""The JSON Schema of ``model.yaml``, by which editors complete and check it."""

import json
from typing import Any

from evergreen.spec.model import ModelSpec

DIALECT = "http://json-schema.org/draft-07/schema#"  # what the editors' YAML extensions know best
SCHEMA_ID = "urn:evergreen:model:1"


def json_schema() -> dict[str, Any]:
    """The schema of the current spec version, with descriptions from the docstrings."""
    schema = ModelSpec.model_json_schema()
    head = {"$schema": DIALECT, "$id": SCHEMA_ID}
    return {**head, **schema, "title": "Evergreen model spec"}


def json_schema_text() -> str:
    """The schema as the committed file ``config/model.schema.json`` holds it."""
    return json.dumps(json_schema(), indent=2) + "\n"


if __name__ == "__main__":
    import sys

    sys.stdout.write(json_schema_text())
