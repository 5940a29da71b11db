"""S3Store against a real SeaweedFS."""

import socket
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from tests.integration.stores.conftest import SECRET_KEY, Weed
from tests.unit.stores.test_object_store_contract import LockedStoreContract, ObjectStoreContract

from evergreen.core.clock import now
from evergreen.core.digest import digest_of_file
from evergreen.core.errors import AccessDenied, InputError, OutageError, StoreError
from evergreen.core.settings import Settings
from evergreen.stores.conditional import check_conditional_writes
from evergreen.stores.ports import ObjectStore
from evergreen.stores.s3 import open_store

pytestmark = pytest.mark.integration

CALLS: dict[str, Callable[[ObjectStore, Path], object]] = {
    "put": lambda store, _: store.put("a", b"1"),
    "put a file": lambda store, folder: store.put("a", folder / "file"),
    "create": lambda store, _: store.create("b", b"1"),
    "replace": lambda store, _: store.replace("a", b"1", etag='"x"'),
    "get": lambda store, _: store.get("a"),
    "download": lambda store, folder: store.download("a", folder / "got"),
    "head": lambda store, _: store.head("a"),
    "list": lambda store, _: list(store.list("a")),
    "delete": lambda store, _: store.delete("a"),
    "versions": lambda store, _: list(store.versions("a")),
    "get a version": lambda store, _: store.get_version("a", "null"),
    "erase": lambda store, _: store.erase("a"),
    "check": lambda store, _: check_conditional_writes(store),
}


class TestS3Store(ObjectStoreContract):
    @pytest.fixture
    def store(self, weed: Weed) -> ObjectStore:
        return open_store(weed.settings())

    def test_a_large_file_travels_in_parts(self, store: ObjectStore, tmp_path: Path) -> None:
        key = f"contract/{uuid4().hex}"
        with (tmp_path / "out").open("wb") as file:
            for number in range(40):
                file.write(bytes([number]) * (1 << 20))
        sent = store.put(key, tmp_path / "out", metadata={"producer-run": "x"})
        assert store.download(key, tmp_path / "in").etag == sent.etag
        assert "-" in sent.etag  # how S3 marks an object made of parts
        assert digest_of_file(tmp_path / "in") == digest_of_file(tmp_path / "out")
        assert store.head(key).metadata == {"producer-run": "x"}

    def test_a_long_listing_comes_in_pages(self, store: ObjectStore) -> None:
        folder = f"contract/{uuid4().hex}"
        for number in range(1005):
            store.put(f"{folder}/{number:06d}", b"")
        assert [info.key for info in store.list(f"{folder}/")] == [f"{folder}/{number:06d}" for number in range(1005)]
        assert [v.key for v in store.versions(f"{folder}/")] == [f"{folder}/{number:06d}" for number in range(1005)]

    def test_metadata_that_s3_cannot_hold_is_refused(self, store: ObjectStore) -> None:
        with pytest.raises(InputError, match="ASCII"):
            store.put("a", b"1", metadata={"producer-run": "é"})


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("wrong", [{"secret_key": "guessed"}, {"access_key": "stranger"}], ids=["secret", "access"])
def test_wrong_keys_are_denied_in_words(weed: Weed, tmp_path: Path, call: str, wrong: dict[str, str]) -> None:
    (tmp_path / "file").write_bytes(b"1")
    with pytest.raises(AccessDenied) as error:
        CALLS[call](open_store(weed.settings(**wrong)), tmp_path)
    assert weed.endpoint in str(error.value)
    assert "keys" in str(error.value)
    assert "guessed" not in str(error.value)
    assert SECRET_KEY not in str(error.value)


class TestS3StoreWithLock(LockedStoreContract):
    @pytest.fixture
    def store(self, weed: Weed) -> ObjectStore:
        store = open_store(weed.settings(bucket="locked"))
        store.create_bucket()
        store.lock_bucket()  # it is already: asking again changes nothing
        return store

    def test_an_old_bucket_can_be_locked(self, weed: Weed) -> None:
        store = open_store(weed.settings(bucket=f"old-{uuid4().hex[:8]}"))
        store._client.create_bucket(Bucket=store._address.bucket)
        store.create("before", b"1")
        with pytest.raises(StoreError):
            store.create("retained", b"1", retain_until=now() + timedelta(days=1))
        store.lock_bucket()
        store.create("retained", b"1", retain_until=now() + timedelta(days=1))
        store.put("before", b"2")
        assert [store.get_version(v.key, v.version) for v in store.versions("before")] == [b"1", b"2"]


@pytest.mark.parametrize("call", sorted(CALLS.keys() - {"delete"}))
def test_a_missing_bucket_is_named(weed: Weed, tmp_path: Path, call: str) -> None:
    (tmp_path / "file").write_bytes(b"1")
    with pytest.raises(AccessDenied, match="no bucket 'nowhere'") as error:
        CALLS[call](open_store(weed.settings(bucket="nowhere")), tmp_path)
    assert weed.endpoint in str(error.value)
    assert "EVERGREEN_BUCKET" in str(error.value)


@pytest.mark.parametrize("call", CALLS)
def test_a_server_that_went_away_is_an_outage(weed: Weed, tmp_path: Path, call: str) -> None:
    (tmp_path / "file").write_bytes(b"1")
    with socket.socket() as taken:  # bound and not listening: nobody else gets the port, and nobody answers
        taken.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(OutageError, match=endpoint):
            CALLS[call](open_store(weed.settings(endpoint=endpoint)), tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_store_outlives_a_server_that_is_stopped(another_weed: Callable[[], Weed]) -> None:
    running = another_weed()
    store = open_store(running.settings())
    store.put("a", b"1")
    running.stop()
    with pytest.raises(OutageError, match=running.endpoint):
        store.get("a")


def test_without_keys_the_message_says_which_to_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with pytest.raises(AccessDenied, match="EVERGREEN_S3_ACCESS_KEY"):
        open_store(Settings(s3_endpoint="http://127.0.0.1:1")).get("a")


def test_an_endpoint_that_is_no_address_is_bad_input() -> None:
    with pytest.raises(InputError, match="EVERGREEN_S3_ENDPOINT"):
        open_store(Settings(s3_endpoint="not an address"))
