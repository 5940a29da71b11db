"""Reading a package back; tests/unit/packaging goes the whole way round."""

from datetime import UTC, datetime

import pytest

from evergreen.core.digest import sha256
from evergreen.core.errors import IntegrityError, NotFound
from evergreen.features.packaged import MANIFEST, Manifest, load_manifest, prefix_of
from evergreen.records.interval import Interval
from evergreen.records.package import PackageFile
from evergreen.stores.memory import MemoryStore

MANIFEST_OF = Manifest(
    model="small",
    version=3,
    candidate="c" * 64,
    spec="s" * 64,
    data=Interval(start=datetime(2013, 1, 1, tzinfo=UTC), end=datetime(2013, 2, 1, tzinfo=UTC)),
    files=(PackageFile(path="model.skops", sha256="0" * 64, bytes=1),),
)


def test_a_package_is_named_by_its_manifest() -> None:
    package = MANIFEST_OF.package()
    assert package.sha256 == sha256(MANIFEST_OF.to_json())
    assert package.prefix == f"small/packages/{package.sha256}/"
    store = MemoryStore()
    store.put(package.prefix + MANIFEST, MANIFEST_OF.to_json())
    assert load_manifest(store, "small", package.sha256) == package


def test_no_manifest_is_no_package() -> None:
    with pytest.raises(NotFound, match="no complete package 000"):
        load_manifest(MemoryStore(), "small", "0" * 64)


def test_a_manifest_under_another_digest_is_refused() -> None:
    store = MemoryStore()
    store.put(prefix_of("small", "0" * 64) + MANIFEST, MANIFEST_OF.to_json())
    with pytest.raises(IntegrityError, match="was changed after it was written"):
        load_manifest(store, "small", "0" * 64)
