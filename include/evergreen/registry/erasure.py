"""Erasure: versions whose training rows are no longer all there carry it as a tag."""

from collections.abc import Collection

from evergreen.registry.tags import PREFIX
from evergreen.stores.ports import ModelRegistry

TAG = f"{PREFIX}reproducible"


def mark_erased(registry: ModelRegistry, model: str, snapshots: Collection[str], entry: int) -> tuple[int, ...]:
    """Tag each version that was trained on one of the snapshots, by the tag it was registered with; gives their numbers."""
    found = [v.number for v in registry.versions(model) if v.tags.get(f"{PREFIX}snapshot") in snapshots]
    for number in found:
        registry.tag_version(model, number, {TAG: f"no: rows of its snapshot were erased (journal entry {entry})"})
    return tuple(found)
