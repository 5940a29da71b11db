"""The exported JSON Schema is in step, completes what the loader reads, and refuses what it refuses."""

import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from evergreen.spec.load import load
from evergreen.spec.schema import json_schema, json_schema_text

ROOT = Path(__file__).parents[3]
VALIDATOR = jsonschema.Draft7Validator(json_schema())


def as_an_editor_reads(text: str) -> Any:
    """Editors read YAML 1.2, in which a date is text."""
    return json.loads(
        json.dumps(yaml.safe_load(text), default=lambda d: d.isoformat() if isinstance(d, date | datetime) else None)
    )


def test_the_committed_schema_is_in_step() -> None:
    committed = (ROOT / "config" / "model.schema.json").read_text(encoding="utf-8")
    assert committed == json_schema_text(), "run: evergreen schema > config/model.schema.json"


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(json_schema())


@pytest.mark.parametrize("path", sorted((ROOT / "models").glob("*/model.yaml")), ids=lambda p: p.parent.name)
def test_every_model_of_the_repository_follows_the_schema(path: Path) -> None:
    VALIDATOR.validate(as_an_editor_reads(path.read_text(encoding="utf-8")))


def test_the_small_spec_follows_the_schema(text: str) -> None:
    VALIDATOR.validate(as_an_editor_reads(text))


@pytest.mark.parametrize(
    ("old", "new"),
    [("delay: 1d", "delay: soon"), ("task: binary", "task: binry"), ("purpose:", "purpos:"), ("rule: minimum", "rule: min"),
     ("start: 2013-01-01", "start: January")],
)  # fmt: skip
def test_the_schema_refuses_what_the_loader_refuses(text: str, old: str, new: str) -> None:
    assert list(VALIDATOR.iter_errors(as_an_editor_reads(text.replace(old, new, 1))))


def test_every_key_is_described() -> None:
    schema = json_schema()
    parts = {"ModelSpec": schema, **schema["$defs"]}
    bare = [
        f"{name}.{key}"
        for name, part in parts.items()
        for key, value in part["properties"].items()
        if "description" not in value and "$ref" not in value
    ]
    assert not bare


def test_the_documented_example_loads(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "model-folder.md").read_text(encoding="utf-8")
    example = page.split("```yaml\n")[1].split("```")[0]
    folder = tmp_path / "parcel_delays"
    folder.mkdir()
    (folder / "model.yaml").write_text(example, encoding="utf-8")
    assert load(folder).name == "parcel_delays"
    VALIDATOR.validate(as_an_editor_reads(example))


def test_every_key_is_documented() -> None:
    page = (ROOT / "docs" / "model-folder.md").read_text(encoding="utf-8")
    schema = json_schema()
    keys = {key for part in (schema, *schema["$defs"].values()) for key in part["properties"]}
    assert {key for key in keys if not re.search(rf"[`.]{key}[`.]", page)} == set()
