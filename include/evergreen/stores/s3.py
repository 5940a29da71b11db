"""S3Store: the object store over any server that speaks S3 and honours conditional writes."""

import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, nullcontext
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

from evergreen.core.clock import now
from evergreen.core.errors import AccessDenied, AlreadyExists, InputError, NotFound, OutageError, PreconditionFailed
from evergreen.core.settings import Settings
from evergreen.stores.ports import ObjectInfo, ObjectVersion
from evergreen.stores.s3_answers import Address, ConflictError
from evergreen.stores.s3_versions import erase, list_versions, lock_bucket, read_version

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

AMAZON = "https://s3.amazonaws.com"
PIECE = 1 << 20
ATTEMPTS = 5
TRANSFER = TransferConfig(multipart_threshold=32 << 20, multipart_chunksize=16 << 20, max_concurrency=4)
# A server that is gone is noticed in seconds; a retry of a whole task bridges longer outages.
LIMITS = Config(
    connect_timeout=3,
    read_timeout=30,
    retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    s3={"addressing_style": "path"},
    max_pool_connections=16,
)

_one_at_a_time = Lock()  # a session makes clients for one thread at a time; the clients serve all


class S3Store:
    """Objects in the bucket that the settings name. Threads may share one store.

    A conditional write whose reply is lost is sent again by boto3 and then meets its own object: `create` raises
    ``AlreadyExists`` and `replace` ``PreconditionFailed`` although the write was done. Whoever cares writes something
    of its own into the object and reads it back.
    """

    def __init__(self, settings: Settings) -> None:
        self._address = Address(endpoint=settings.s3_endpoint or AMAZON, bucket=settings.bucket)
        self._client = _client(settings)

    def __str__(self) -> str:
        return str(self._address)

    def put(self, key: str, data: bytes | Path, *, metadata: Mapping[str, str] | None = None) -> ObjectInfo:
        """Write bytes, or a file of any size in parts, under ``key``."""
        if isinstance(data, bytes):
            return self._write(key, data, Metadata=dict(metadata or {}))
        with self._address.translating(key):
            extra = {"Metadata": dict(metadata or {})}
            self._client.upload_file(str(data), self._address.bucket, key, ExtraArgs=extra, Config=TRANSFER)
        return self.head(key)

    def create(
        self,
        key: str,
        data: bytes,
        *,
        metadata: Mapping[str, str] | None = None,
        retain_until: datetime | None = None,
    ) -> ObjectInfo:
        """Write ``data`` only if the key is free (``If-None-Match: *``), with retention if one is given."""
        extra: dict[str, Any] = {"Metadata": dict(metadata or {}), "IfNoneMatch": "*"}
        if retain_until is not None:
            extra |= {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": retain_until}
        try:
            return self._undisputed(lambda: self._write(key, data, **extra))
        except PreconditionFailed:
            raise AlreadyExists(f"{key!r} exists already in {self}.") from None

    def replace(
        self, key: str, data: bytes | Path, *, etag: str, metadata: Mapping[str, str] | None = None
    ) -> ObjectInfo:
        """Write bytes or a file only over the object with that ETag (``If-Match``): in one piece, so of 5 GB at most."""
        try:
            return self._undisputed(lambda: self._write(key, data, Metadata=dict(metadata or {}), IfMatch=etag))
        except (NotFound, PreconditionFailed):  # Amazon says the first when the object is gone, others the second
            self._require_bucket()
            raise PreconditionFailed(f"{key!r} in {self} is gone, or is no longer the object that was read.") from None

    def get(self, key: str) -> bytes:
        """The bytes under ``key``."""
        with self._address.translating(key):
            answer = self._client.get_object(Bucket=self._address.bucket, Key=key)
            with closing(answer["Body"]) as body:
                return body.read()

    def download(self, key: str, path: Path) -> ObjectInfo:
        """Write the object to ``path``, complete or not at all; a broken stream is begun anew."""
        path.parent.mkdir(parents=True, exist_ok=True)
        for attempt in range(1, ATTEMPTS):
            try:
                return self._download(key, path)
            except OutageError:
                _pause(attempt)
        return self._download(key, path)

    def head(self, key: str) -> ObjectInfo:
        """What the server says of ``key``."""
        try:
            with self._address.translating(key):
                return _info(key, self._client.head_object(Bucket=self._address.bucket, Key=key))
        except NotFound:
            self._require_bucket()  # the answer to HEAD has no body: it does not say what is missing
            raise

    def list(self, prefix: str, *, after: str = "") -> Iterator[ObjectInfo]:
        """Objects under ``prefix``, asked for in pages of a thousand and sorted here.

        Servers that keep folders (SeaweedFS) list ``a/b`` before ``a-b``. So ``after`` skips keys on the server and is
        exact only where no key has a ``/`` behind the prefix, as in a journal.
        """
        found: list[ObjectInfo] = []
        with self._address.translating(prefix):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._address.bucket, Prefix=prefix, StartAfter=after):
                found += [
                    ObjectInfo(key=o["Key"], size=o["Size"], etag=o["ETag"], modified=o["LastModified"])
                    for o in page.get("Contents", [])
                ]
        return iter(sorted(found, key=lambda o: o.key))

    def delete(self, key: str) -> None:
        """Remove the object, if it is there."""
        with self._address.translating(key):
            self._client.delete_object(Bucket=self._address.bucket, Key=key)

    def versions(self, prefix: str, *, after: str = "") -> Iterator[ObjectVersion]:
        """Every version under ``prefix``, by key, the oldest first; asked for in pages of a thousand."""
        return list_versions(self._client, self._address, prefix, after)

    def get_version(self, key: str, version: str) -> bytes:
        """The bytes of one version."""
        return read_version(self._client, self._address, key, version)

    def erase(self, key: str, *, version: str | None = None) -> None:
        """Remove all versions of the object, or that one."""
        erase(self._client, self._address, key, version)

    def create_bucket(self) -> None:
        """Make the bucket, with versions and Object Lock; one that exists is left as it is."""
        try:
            self._require_bucket()
        except AccessDenied:
            with self._address.translating(""):
                self._client.create_bucket(Bucket=self._address.bucket, ObjectLockEnabledForBucket=True)

    def lock_bucket(self) -> None:
        """Let the bucket keep versions and honour retention."""
        lock_bucket(self._client, self._address)

    def _write(self, key: str, data: bytes | Path, **conditions: Any) -> ObjectInfo:
        file = nullcontext(data) if isinstance(data, bytes) else data.open("rb")
        with self._address.translating(key), file as body:
            answer = self._client.put_object(Bucket=self._address.bucket, Key=key, Body=body, **conditions)
            return ObjectInfo(
                key=key,
                size=len(data) if isinstance(data, bytes) else data.stat().st_size,
                etag=answer["ETag"],
                modified=_said_at(answer["ResponseMetadata"]["HTTPHeaders"]),
                metadata=conditions.get("Metadata", {}),
            )

    def _undisputed(self, write: Callable[[], ObjectInfo]) -> ObjectInfo:
        for attempt in range(1, ATTEMPTS):
            try:
                return write()
            except ConflictError:
                _pause(attempt)
        return write()

    def _download(self, key: str, path: Path) -> ObjectInfo:
        partial = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.")) / "partial"
        try:
            with self._address.translating(key), partial.open("wb") as file:
                answer = self._client.get_object(Bucket=self._address.bucket, Key=key)
                with closing(answer["Body"]) as body:
                    while piece := body.read(PIECE):
                        file.write(piece)
            partial.replace(path)
            return _info(key, answer)
        finally:
            shutil.rmtree(partial.parent, ignore_errors=True)

    def _require_bucket(self) -> None:
        try:
            with self._address.translating(""):
                self._client.head_bucket(Bucket=self._address.bucket)
        except NotFound:
            raise self._address.missing from None


def open_store(settings: Settings) -> S3Store:
    """The store that the settings name; nothing is asked of it yet."""
    return S3Store(settings)


@cache
def _sdk() -> boto3.session.Session:
    """One for the process: reading the SDK's description of S3 is what takes long when a store is opened."""
    return boto3.session.Session()


def _client(settings: Settings) -> "S3Client":
    access, secret = settings.s3_access_key, settings.s3_secret_key
    try:
        with _one_at_a_time:
            return _sdk().client(
                "s3",
                endpoint_url=settings.s3_endpoint,
                region_name=settings.s3_region,
                aws_access_key_id=access.get_secret_value() if access else None,
                aws_secret_access_key=secret.get_secret_value() if secret else None,
                config=LIMITS,
            )
    except ValueError:
        raise InputError(
            f"EVERGREEN_S3_ENDPOINT: {settings.s3_endpoint!r} is no address; expected http://host:port."
        ) from None


def _info(key: str, answer: Any) -> ObjectInfo:
    size, etag, modified = answer["ContentLength"], answer["ETag"], answer["LastModified"]
    return ObjectInfo(key=key, size=size, etag=etag, modified=modified, metadata=answer["Metadata"])


def _said_at(headers: Mapping[str, str]) -> datetime:
    return parsedate_to_datetime(headers["date"]) if "date" in headers else now()


def _pause(attempt: int) -> None:
    time.sleep(random.uniform(0, 0.1 * 2**attempt))  # noqa: S311 (jitter, no secret)
