"""MemoryStore: the object store of unit tests, with the semantics of S3."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from evergreen.core.clock import now
from evergreen.core.digest import sha256
from evergreen.core.errors import AlreadyExists, NotFound, PreconditionFailed
from evergreen.stores.ports import ObjectInfo


@dataclass(frozen=True)
class _Object:
    info: ObjectInfo
    data: bytes


class MemoryStore:
    """Objects in a dictionary. Threads may share one store; it ends with its process.

    >>> store = MemoryStore()
    >>> store.create("a/1", b"one").size
    3
    >>> [found.key for found in store.list("a/")]
    ['a/1']
    """

    def __init__(self) -> None:
        self._objects: dict[str, _Object] = {}
        self._lock = Lock()

    def __str__(self) -> str:
        return "the memory of this process"

    def put(self, key: str, data: bytes | Path, *, metadata: Mapping[str, str] | None = None) -> ObjectInfo:
        """Write bytes, or the content of a file, under ``key``."""
        content = data if isinstance(data, bytes) else data.read_bytes()
        with self._lock:
            return self._write(key, content, metadata)

    def create(self, key: str, data: bytes, *, metadata: Mapping[str, str] | None = None) -> ObjectInfo:
        """Write ``data`` only if the key is free; raises ``AlreadyExists``."""
        with self._lock:
            if key in self._objects:
                raise AlreadyExists(f"{key!r} exists already in {self}.")
            return self._write(key, data, metadata)

    def replace(self, key: str, data: bytes, *, etag: str) -> ObjectInfo:
        """Write ``data`` only over the object with that ETag; raises ``PreconditionFailed``."""
        with self._lock:
            found = self._objects.get(key)
            if found is None or found.info.etag != etag:
                raise PreconditionFailed(f"{key!r} in {self} is gone, or is no longer the object that was read.")
            return self._write(key, data, None)

    def get(self, key: str) -> bytes:
        """The bytes under ``key``; raises ``NotFound``."""
        return self._found(key).data

    def download(self, key: str, path: Path) -> ObjectInfo:
        """Write the object to ``path``; raises ``NotFound``."""
        found = self._found(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(found.data)
        return found.info

    def head(self, key: str) -> ObjectInfo:
        """What is known of ``key``; raises ``NotFound``."""
        return self._found(key).info

    def list(self, prefix: str, *, after: str = "") -> Iterator[ObjectInfo]:
        """Objects under ``prefix`` whose key sorts behind ``after``, in order."""
        with self._lock:
            keys = sorted(k for k in self._objects if k.startswith(prefix) and k > after)
            found = [self._objects[key].info for key in keys]
        return (ObjectInfo(key=i.key, size=i.size, etag=i.etag, modified=i.modified) for i in found)

    def delete(self, key: str) -> None:
        """Remove the object, if it is there."""
        with self._lock:
            self._objects.pop(key, None)

    def _found(self, key: str) -> _Object:
        with self._lock:
            if key not in self._objects:
                raise NotFound(f"No object {key!r} in {self}.")
            return self._objects[key]

    def _write(self, key: str, data: bytes, metadata: Mapping[str, str] | None) -> ObjectInfo:
        lower = {name.lower(): value for name, value in (metadata or {}).items()}
        info = ObjectInfo(key=key, size=len(data), etag=f'"{sha256(data)}"', modified=now(), metadata=lower)
        self._objects[key] = _Object(info, bytes(data))
        return info
