"""What decides a fit decides its key."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evergreen.spec.model import ModelSpec
from evergreen.training.recipe import recipe

Worlds = Callable[..., Any]
Writer = Callable[..., Path]
CHANGES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "hyperparameters": lambda world: {"run": dataclasses.replace(world.run, hyperparameters={"max_iter": 11})},
    "nonce": lambda world: {"run": dataclasses.replace(world.run, nonce="again")},
    "rows": lambda world: {"snapshot": dataclasses.replace(world.snapshot, rows_sha256="1" * 64)},
    "spans": lambda world: {"split": dataclasses.replace(world.split, train=world.split.mature)},
    "seed": lambda world: {"spec": _updated(world.spec, training={"seed": 8})},
    "event time": lambda world: {"spec": _updated(world.spec, columns={"event_time": "scheduled"})},
    "keys": lambda world: {"spec": _updated(world.spec, columns={"keys": ["carrier", "id"]})},
    "order of keys": lambda world: {"spec": _updated(world.spec, columns={"keys": ["id", "carrier"]})},
    "features": lambda world: {
        "spec": _updated(
            world.spec, columns={"features": {"numeric": ["wind", "distance"], "categorical": ["carrier"]}}
        )
    },
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_decides_the_fit_changes_the_key(small_world: Worlds, write_recipe: Writer, change: str) -> None:
    world, folder = small_world(), write_recipe()
    other = dataclasses.replace(world, **CHANGES[change](world))
    assert _key(other, folder) != _key(world, folder)


def test_code_environment_and_rows_fitted_on_change_the_key(
    small_world: Worlds, write_recipe: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, folder = small_world(), write_recipe()
    keys = [_key(world, folder), _key(world, folder, "mature")]
    write_recipe((folder / "pipeline.py").read_text() + "\n# a remark")
    keys.append(_key(world, folder))
    monkeypatch.setattr("evergreen.training.recipe.environment", lambda: "another")
    keys.append(_key(world, folder))
    assert len(set(keys)) == 4


def _key(world: Any, folder: Path, fitted_on: Any = "train") -> str:
    return recipe(world.spec, world.run, world.snapshot, world.split, folder, fitted_on).key


def _updated(spec: ModelSpec, **parts: dict[str, Any]) -> ModelSpec:
    content = spec.model_dump(mode="json")
    return ModelSpec.model_validate(content | {name: content[name] | part for name, part in parts.items()})
