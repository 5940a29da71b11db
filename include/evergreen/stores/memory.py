"""MemoryStore: the object store of unit tests, with the semantics of S3."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from uuid import uuid4

from evergreen.core.clock import now
from evergreen.core.digest import sha256
from evergreen.core.errors import AccessDenied, AlreadyExists, NotFound, PreconditionFailed, StoreError
from evergreen.stores.ports import ObjectInfo, ObjectVersion


@dataclass(frozen=True)
class _Object:
    info: ObjectInfo
    data: bytes
    version: ObjectVersion
    retain_until: datetime | None = None


class MemoryStore:
    """Objects in a dictionary. Threads may share one store; it ends with its process.

    With ``versioned`` it keeps every version, and honours retention, as a bucket with Object Lock does.

    >>> store = MemoryStore()
    >>> store.create("a/1", b"one").size
    3
    >>> [found.key for found in store.list("a/")]
    ['a/1']
    """

    def __init__(self, *, versioned: bool = False) -> None:
        self.versioned = versioned
        self._objects: dict[str, _Object] = {}
        self._history: dict[str, list[_Object]] = {}
        self._lock = Lock()

    def __str__(self) -> str:
        return "the memory of this process"

    def put(self, key: str, data: bytes | Path, *, metadata: Mapping[str, str] | None = None) -> ObjectInfo:
        """Write bytes, or the content of a file, under ``key``."""
        content = data if isinstance(data, bytes) else data.read_bytes()
        with self._lock:
            return self._write(key, content, metadata)

    def create(
        self,
        key: str,
        data: bytes,
        *,
        metadata: Mapping[str, str] | None = None,
        retain_until: datetime | None = None,
    ) -> ObjectInfo:
        """Write ``data`` only if the key is free; raises ``AlreadyExists``."""
        if retain_until is not None and not self.versioned:
            raise StoreError(f"{self} has no Object Lock: {key!r} cannot be retained.")
        with self._lock:
            if key in self._objects:
                raise AlreadyExists(f"{key!r} exists already in {self}.")
            return self._write(key, data, metadata, retain_until)

    def replace(
        self, key: str, data: bytes | Path, *, etag: str, metadata: Mapping[str, str] | None = None
    ) -> ObjectInfo:
        """Write bytes or a file only over the object with that ETag; raises ``PreconditionFailed``."""
        content = data if isinstance(data, bytes) else data.read_bytes()
        with self._lock:
            found = self._objects.get(key)
            if found is None or found.info.etag != etag:
                raise PreconditionFailed(f"{key!r} in {self} is gone, or is no longer the object that was read.")
            return self._write(key, content, metadata)

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
        """Remove the object, if it is there; its versions stay."""
        with self._lock:
            self._objects.pop(key, None)
            if key in self._history:
                marker = ObjectVersion(key=key, version=uuid4().hex, etag="", modified=now(), deleted=True)
                info = ObjectInfo(key=key, size=0, etag="", modified=marker.modified)
                self._history[key].append(_Object(info, b"", marker))

    def versions(self, prefix: str, *, after: str = "") -> Iterator[ObjectVersion]:
        """Every version under ``prefix`` whose key sorts behind ``after``, in order; deletions last."""
        with self._lock:
            known = self._history if self.versioned else {key: [found] for key, found in self._objects.items()}
            keys = sorted(key for key in known if key.startswith(prefix) and key > after)
            found = [o.version for key in keys for o in sorted(known[key], key=lambda o: o.version.deleted)]
        return iter(found)

    def get_version(self, key: str, version: str) -> bytes:
        """The bytes of one version; raises ``NotFound``."""
        with self._lock:
            known = self._history.get(key, []) if self.versioned else [o for o in [self._objects.get(key)] if o]
            for found in known:
                if found.version.version == version and not found.version.deleted:
                    return found.data
        raise NotFound(f"No version {version!r} of {key!r} in {self}.")

    def erase(self, key: str, *, version: str | None = None) -> None:
        """Remove all versions of the object, or one; raises ``AccessDenied`` while one must be retained."""
        with self._lock:
            known = self._history.get(key, []) if self.versioned else [o for o in [self._objects.get(key)] if o]
            kept = [o for o in known if version is not None and o.version.version != version]
            if any(o.retain_until and o.retain_until > now() for o in known if o not in kept):
                raise AccessDenied(f"{key!r} in {self} must be retained.")
            self._objects.pop(key, None)
            self._history.pop(key, None)
            if kept and self.versioned:
                self._history[key] = kept
            if kept and not kept[-1].version.deleted:
                self._objects[key] = kept[-1]

    def _found(self, key: str) -> _Object:
        with self._lock:
            if key not in self._objects:
                raise NotFound(f"No object {key!r} in {self}.")
            return self._objects[key]

    def _write(
        self, key: str, data: bytes, metadata: Mapping[str, str] | None, retain_until: datetime | None = None
    ) -> ObjectInfo:
        lower = {name.lower(): value for name, value in (metadata or {}).items()}
        info = ObjectInfo(key=key, size=len(data), etag=f'"{sha256(data)}"', modified=now(), metadata=lower)
        name = uuid4().hex if self.versioned else "null"
        version = ObjectVersion(key=key, version=name, etag=info.etag, modified=info.modified)
        self._objects[key] = _Object(info, bytes(data), version, retain_until)
        if self.versioned:
            self._history.setdefault(key, []).append(self._objects[key])
        return info
