"""The start-up check finds a store that ignores conditions."""

from pathlib import Path
from typing import Any

import pytest

from evergreen.core.errors import StoreError
from evergreen.stores.conditional import check_conditional_writes
from evergreen.stores.memory import MemoryStore
from evergreen.stores.ports import ObjectInfo


class IgnoresIfNoneMatch(MemoryStore):
    def create(self, key: str, data: bytes, **options: Any) -> ObjectInfo:
        return self.put(key, data, metadata=options.get("metadata"))


class IgnoresIfMatch(MemoryStore):
    def replace(self, key: str, data: bytes | Path, *, etag: str, **options: Any) -> ObjectInfo:  # noqa: ARG002
        return self.put(key, data)


@pytest.mark.parametrize(
    ("store", "condition"),
    [(IgnoresIfNoneMatch(), "If-None-Match"), (IgnoresIfMatch(), "If-Match")],
    ids=["create", "replace"],
)
def test_a_store_that_ignores_a_condition_is_told_apart(store: MemoryStore, condition: str) -> None:
    with pytest.raises(StoreError, match=f"does not honour {condition}:"):
        check_conditional_writes(store)
    assert list(store.list("")) == []
