"""What every object store must do. One body, over memory here and over a real server in tests/integration/stores."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from evergreen.core.clock import now
from evergreen.core.errors import (
    AccessDenied,
    AlreadyExists,
    EvergreenError,
    NotFound,
    PreconditionFailed,
    StoreError,
)
from evergreen.stores.conditional import check_conditional_writes
from evergreen.stores.memory import MemoryStore
from evergreen.stores.ports import ObjectInfo, ObjectStore

WRITERS = 16


class ObjectStoreContract:
    """The tests; a subclass gives the fixture ``store``."""

    @pytest.fixture
    def folder(self) -> str:
        return f"contract/{uuid4().hex}"

    def test_what_was_put_is_read_back(self, store: ObjectStore, folder: str) -> None:
        written = store.put(f"{folder}/a", b"one")
        assert store.get(f"{folder}/a") == b"one"
        assert (written.key, written.size) == (f"{folder}/a", 3)

    def test_a_put_replaces(self, store: ObjectStore, folder: str) -> None:
        store.put(f"{folder}/a", b"one")
        store.put(f"{folder}/a", b"three")
        assert store.get(f"{folder}/a") == b"three"

    def test_an_empty_object_is_an_object(self, store: ObjectStore, folder: str) -> None:
        store.put(f"{folder}/empty", b"")
        assert store.get(f"{folder}/empty") == b""
        assert store.head(f"{folder}/empty").size == 0

    def test_head_list_and_write_agree(self, store: ObjectStore, folder: str) -> None:
        written = store.put(f"{folder}/a", b"one")
        head, listed = store.head(f"{folder}/a"), next(iter(store.list(f"{folder}/")))
        assert head.etag == written.etag == listed.etag
        assert head.size == listed.size == 3
        assert abs((head.modified - written.modified).total_seconds()) < 60
        assert head.modified.tzinfo is not None

    def test_metadata_is_kept_in_lower_case(self, store: ObjectStore, folder: str) -> None:
        store.put(f"{folder}/a", b"one", metadata={"Producer-Run": "load__2013-01"})
        store.create(f"{folder}/b", b"one", metadata={"producer-run": "x"})
        assert store.head(f"{folder}/a").metadata == {"producer-run": "load__2013-01"}
        assert store.head(f"{folder}/b").metadata == {"producer-run": "x"}

    def test_a_file_travels_both_ways(self, store: ObjectStore, folder: str, tmp_path: Path) -> None:
        (tmp_path / "out").write_bytes(b"0123456789" * 1000)
        sent = store.put(f"{folder}/file", tmp_path / "out", metadata={"producer-run": "x"})
        got = store.download(f"{folder}/file", tmp_path / "deep" / "in")
        assert (tmp_path / "deep" / "in").read_bytes() == (tmp_path / "out").read_bytes()
        assert (sent.size, got.size, got.etag) == (10_000, 10_000, sent.etag)
        assert got.metadata == {"producer-run": "x"}
        assert [p.name for p in (tmp_path / "deep").iterdir()] == ["in"]

    @pytest.mark.parametrize("call", ["get", "head"])
    def test_a_missing_object_is_not_found(self, store: ObjectStore, folder: str, call: str) -> None:
        with pytest.raises(NotFound, match=folder):
            getattr(store, call)(f"{folder}/none")

    def test_a_missing_object_leaves_no_file(self, store: ObjectStore, folder: str, tmp_path: Path) -> None:
        with pytest.raises(NotFound):
            store.download(f"{folder}/none", tmp_path / "none")
        assert list(tmp_path.iterdir()) == []

    def test_create_meets_what_is_there(self, store: ObjectStore, folder: str) -> None:
        store.create(f"{folder}/a", b"first")
        with pytest.raises(AlreadyExists, match=folder):
            store.create(f"{folder}/a", b"second")
        assert store.get(f"{folder}/a") == b"first"

    def test_a_key_is_free_again_after_delete(self, store: ObjectStore, folder: str) -> None:
        store.create(f"{folder}/a", b"first")
        store.delete(f"{folder}/a")
        store.create(f"{folder}/a", b"second")
        assert store.get(f"{folder}/a") == b"second"

    def test_deleting_nothing_is_no_error(self, store: ObjectStore, folder: str) -> None:
        store.delete(f"{folder}/none")

    def test_replace_needs_the_etag_that_was_read(self, store: ObjectStore, folder: str) -> None:
        first = store.put(f"{folder}/a", b"first")
        second = store.replace(f"{folder}/a", b"second", etag=first.etag)
        with pytest.raises(PreconditionFailed, match=folder):
            store.replace(f"{folder}/a", b"third", etag=first.etag)
        assert store.get(f"{folder}/a") == b"second"
        assert store.head(f"{folder}/a").etag == second.etag != first.etag

    def test_a_file_replaces_an_object(self, store: ObjectStore, folder: str, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"second")
        first = store.put(f"{folder}/a", large(tmp_path))
        assert store.download(f"{folder}/a", tmp_path / "read").etag == first.etag
        written = store.replace(f"{folder}/a", tmp_path / "file", etag=first.etag, metadata={"producer-run": "p"})
        assert (written.size, written.etag) == (6, store.head(f"{folder}/a").etag)
        assert (store.get(f"{folder}/a"), store.head(f"{folder}/a").metadata) == (b"second", {"producer-run": "p"})

    def test_what_is_gone_cannot_be_replaced(self, store: ObjectStore, folder: str) -> None:
        first = store.put(f"{folder}/a", b"first")
        store.delete(f"{folder}/a")
        with pytest.raises(PreconditionFailed):
            store.replace(f"{folder}/a", b"second", etag=first.etag)

    def test_a_listing_is_in_order_of_keys(self, store: ObjectStore, folder: str) -> None:
        names = ["Z", "a", "a-1", "a.json", "a/x", "a/x/y", "b", "é", "\uffee", "\U0001f600"]
        for name in reversed(names):
            store.put(f"{folder}/{name}", b"1")
        assert [info.key for info in store.list(f"{folder}/")] == [f"{folder}/{name}" for name in names]
        assert [info.key for info in store.list(f"{folder}/a/")] == [f"{folder}/a/x", f"{folder}/a/x/y"]
        assert list(store.list(f"{folder}/none")) == []

    def test_a_flat_listing_can_begin_later(self, store: ObjectStore, folder: str) -> None:
        for number in range(12):
            store.put(f"{folder}/{number:03d}.json", b"1")
        found = [info.key for info in store.list(f"{folder}/", after=f"{folder}/008.json")]
        assert found == [f"{folder}/{number:03d}.json" for number in (9, 10, 11)]
        assert list(store.list(f"{folder}/", after=f"{folder}/011.json")) == []

    def test_of_concurrent_creators_one_wins(self, store: ObjectStore, folder: str) -> None:
        results = _at_once(lambda n: store.create(f"{folder}/a", b"writer %d" % n))
        won = [n for n, result in enumerate(results) if isinstance(result, ObjectInfo)]
        assert len(won) == 1
        assert all(isinstance(r, ObjectInfo | AlreadyExists) for r in results), results
        assert store.get(f"{folder}/a") == b"writer %d" % won[0]

    def test_of_concurrent_replacers_one_wins(self, store: ObjectStore, folder: str) -> None:
        first = store.create(f"{folder}/a", b"first")
        results = _at_once(lambda n: store.replace(f"{folder}/a", b"writer %d" % n, etag=first.etag))
        won = [n for n, result in enumerate(results) if isinstance(result, ObjectInfo)]
        assert len(won) == 1
        assert all(isinstance(r, ObjectInfo | PreconditionFailed) for r in results), results
        assert store.get(f"{folder}/a") == b"writer %d" % won[0]

    def test_the_start_up_check_is_content_and_leaves_nothing(self, store: ObjectStore) -> None:
        check_conditional_writes(store)
        assert list(store.list(".evergreen/")) == []

    def test_a_version_is_read_by_its_name(self, store: ObjectStore, folder: str) -> None:
        written = store.create(f"{folder}/a", b"first")
        (version,) = store.versions(f"{folder}/")
        assert (version.key, version.etag, version.deleted) == (f"{folder}/a", written.etag, False)
        assert store.get_version(f"{folder}/a", version.version) == b"first"

    def test_versions_come_in_order_of_keys_and_can_begin_later(self, store: ObjectStore, folder: str) -> None:
        for number in reversed(range(12)):
            store.create(f"{folder}/{number:03d}.json", b"1")
        found = [version.key for version in store.versions(f"{folder}/", after=f"{folder}/008.json")]
        assert found == [f"{folder}/{number:03d}.json" for number in (9, 10, 11)]
        assert len(list(store.versions(f"{folder}/"))) == 12
        assert list(store.versions(f"{folder}/none")) == []

    def test_an_erased_object_leaves_no_version(self, store: ObjectStore, folder: str) -> None:
        for content in (b"first", b"second"):
            store.put(f"{folder}/a", content)
        store.put(f"{folder}/ab", b"a neighbour")
        store.erase(f"{folder}/a")
        store.erase(f"{folder}/none")
        assert [version.key for version in store.versions(f"{folder}/")] == [f"{folder}/ab"]


class LockedStoreContract(ObjectStoreContract):
    """The further tests of a bucket with Object Lock."""

    def test_what_was_written_first_stays(self, store: ObjectStore, folder: str) -> None:
        store.create(f"{folder}/a", b"first")
        store.put(f"{folder}/a", b"second")
        store.delete(f"{folder}/a")
        store.put(f"{folder}/a", b"third")
        found = list(store.versions(f"{folder}/"))
        assert [version.deleted for version in found] == [False, False, False, True]
        contents = [store.get_version(v.key, v.version) for v in found if not v.deleted]
        assert contents == [b"first", b"second", b"third"]
        for name in ("0" * 32, next(version.version for version in found if version.deleted)):
            with pytest.raises(NotFound, match=folder):
                store.get_version(f"{folder}/a", name)

    def test_a_version_has_the_tag_that_the_object_had(self, store: ObjectStore, folder: str, tmp_path: Path) -> None:
        tags = [store.put(f"{folder}/a", data).etag for data in (b"first", large(tmp_path))]
        assert [version.etag for version in store.versions(f"{folder}/a")] == tags

    def test_one_version_can_be_erased(self, store: ObjectStore, folder: str) -> None:
        for content in (b"first", b"second", b"third"):
            store.put(f"{folder}/a", content)
        first, second, third = (version.version for version in store.versions(f"{folder}/"))
        store.erase(f"{folder}/a", version=second)
        store.erase(f"{folder}/a", version=second)
        assert [version.version for version in store.versions(f"{folder}/")] == [first, third]
        assert store.get(f"{folder}/a") == b"third"
        store.erase(f"{folder}/a", version=third)
        assert store.get(f"{folder}/a") == b"first"

    def test_what_must_be_retained_cannot_be_erased(self, store: ObjectStore, folder: str) -> None:
        store.create(f"{folder}/a", b"first", retain_until=now() + timedelta(days=1))
        with pytest.raises(AccessDenied, match=folder):
            store.erase(f"{folder}/a")
        assert store.get(f"{folder}/a") == b"first"
        with pytest.raises(AlreadyExists):
            store.create(f"{folder}/a", b"second", retain_until=now() + timedelta(days=1))


def large(folder: Path) -> Path:
    """A file that S3 takes in parts."""
    with (folder / "large").open("wb") as file:
        file.truncate(33 << 20)
    return folder / "large"


def _at_once(write: Callable[[int], ObjectInfo]) -> list[ObjectInfo | EvergreenError]:
    def attempt(number: int) -> ObjectInfo | EvergreenError:
        try:
            return write(number)
        except EvergreenError as error:
            return error

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(attempt, range(WRITERS)))


class TestMemoryStore(ObjectStoreContract):
    @pytest.fixture
    def store(self) -> ObjectStore:
        return MemoryStore()

    def test_without_a_lock_nothing_is_retained(self, store: ObjectStore, folder: str) -> None:
        with pytest.raises(StoreError, match="Object Lock"):
            store.create(f"{folder}/a", b"first", retain_until=now())


class TestVersionedMemoryStore(LockedStoreContract):
    @pytest.fixture
    def store(self) -> ObjectStore:
        return MemoryStore(versioned=True)
