"""The cache of immutable objects."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evergreen.core.digest import sha256
from evergreen.core.errors import NotFound
from evergreen.core.settings import settings
from evergreen.stores import cache
from evergreen.stores.cache import local_copy
from evergreen.stores.memory import MemoryStore
from evergreen.stores.ports import ObjectInfo


class CountingStore(MemoryStore):
    """Notes which keys were downloaded."""

    def __init__(self) -> None:
        super().__init__()
        self.downloads: list[str] = []

    def download(self, key: str, path: Path) -> ObjectInfo:
        self.downloads.append(key)
        return super().download(key, path)


@pytest.fixture
def store() -> CountingStore:
    return CountingStore()


@pytest.fixture(autouse=True)
def limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("EVERGREEN_WORK_DIR", str(tmp_path))
    monkeypatch.setenv("EVERGREEN_CACHE_BYTES", "250")
    settings.cache_clear()
    yield
    settings.cache_clear()


def _key(store: MemoryStore, data: bytes) -> str:
    key = f"m/parts/{sha256(data)}.parquet"
    store.put(key, data)
    return key


def _used_before(path: Path, hours: float) -> None:
    moment = path.stat().st_mtime - hours * 3600
    os.utime(path, (moment, moment))


def _files(folder: Path) -> set[str]:
    return {path.read_bytes()[:1].decode() for path in folder.rglob("*.parquet")}


def test_an_object_is_downloaded_once(store: CountingStore) -> None:
    key = _key(store, b"rows")
    first, second = local_copy(store, key), local_copy(store, key)
    assert first == second
    assert first.read_bytes() == b"rows"
    assert first.suffix == ".parquet"
    assert store.downloads == [key]


def test_a_truncated_copy_is_fetched_again(store: CountingStore) -> None:
    key = _key(store, b"rows")
    local_copy(store, key).write_bytes(b"ro")
    assert local_copy(store, key).read_bytes() == b"rows"
    assert len(store.downloads) == 2


def test_a_missing_object_leaves_nothing(store: CountingStore, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        local_copy(store, "m/parts/none.parquet")
    assert [p for p in tmp_path.rglob("*") if p.is_file() and p.name != cache.LOCK] == []


def test_the_least_recently_used_make_room(store: CountingStore, tmp_path: Path) -> None:
    keys = [_key(store, letter * 100) for letter in (b"a", b"b", b"c")]
    _used_before(local_copy(store, keys[0]), hours=3)
    _used_before(local_copy(store, keys[1]), hours=5)
    local_copy(store, keys[2])
    assert _files(tmp_path) == {"a", "c"}


def test_use_keeps_a_copy(store: CountingStore, tmp_path: Path) -> None:
    keys = [_key(store, letter * 100) for letter in (b"a", b"b", b"c")]
    _used_before(local_copy(store, keys[0]), hours=5)
    _used_before(local_copy(store, keys[1]), hours=3)
    local_copy(store, keys[0])
    local_copy(store, keys[2])
    assert _files(tmp_path) == {"a", "c"}


def test_what_was_handed_out_just_now_stays_beyond_the_bound(store: CountingStore, tmp_path: Path) -> None:
    paths = [local_copy(store, _key(store, letter * 100)) for letter in (b"a", b"b", b"c", b"d")]
    assert all(path.exists() for path in paths)
    assert _files(tmp_path) == {"a", "b", "c", "d"}


def test_what_a_killed_process_left_is_cleaned_up(store: CountingStore, tmp_path: Path) -> None:
    local_copy(store, _key(store, b"a"))
    left = tmp_path / "cache" / "partial" / "left"
    left.write_bytes(b"x" * 500)
    _used_before(left, hours=2)
    local_copy(store, _key(store, b"b" * 9))
    assert not left.exists()


def test_small_files_make_room_together(store: CountingStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVERGREEN_CACHE_BYTES", "10000")
    settings.cache_clear()
    _used_before(local_copy(store, _key(store, b"a" * 9_990)), hours=5)
    for number in range(5):
        local_copy(store, _key(store, b"b%019d" % number))
    assert _files(tmp_path) == {"a", "b"}  # a percent of the bound has not been added yet
    local_copy(store, _key(store, b"c" * 20))
    assert _files(tmp_path) == {"b", "c"}


def test_many_readers_at_once_find_whole_files(store: CountingStore) -> None:
    keys = [_key(store, letter * 90) for letter in (b"a", b"b", b"c")] * 20
    with ThreadPoolExecutor(8) as pool:
        contents = list(pool.map(lambda key: local_copy(store, key).read_bytes(), keys))
    assert contents == [store.get(key) for key in keys]
