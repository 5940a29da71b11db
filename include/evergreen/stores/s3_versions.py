"""Versions of objects in a bucket that keeps them, and Object Lock."""

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from evergreen.core.errors import StoreError
from evergreen.stores.ports import ObjectVersion
from evergreen.stores.s3_answers import Address

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def list_versions(client: "S3Client", address: Address, prefix: str, after: str) -> Iterator[ObjectVersion]:
    """Every version under ``prefix``: by key, of each the oldest first, deletions last.

    A server lists the newest version of a key first, and deletions apart; times are too coarse to order them by.
    """
    found: list[ObjectVersion] = []
    key_marker, version_marker, more = after, "", True
    with address.translating(prefix):
        while more:
            page = client.list_object_versions(
                Bucket=address.bucket, Prefix=prefix, KeyMarker=key_marker, VersionIdMarker=version_marker
            )
            found += [
                ObjectVersion(key=v["Key"], version=v["VersionId"], etag=v["ETag"], modified=v["LastModified"])
                for v in page.get("Versions", [])
            ]
            found += [
                ObjectVersion(key=d["Key"], version=d["VersionId"], etag="", modified=d["LastModified"], deleted=True)
                for d in page.get("DeleteMarkers", [])
            ]
            more = page.get("IsTruncated", False)
            key_marker, version_marker = page.get("NextKeyMarker", ""), page.get("NextVersionIdMarker", "")
    found.reverse()  # sorting keeps the order of equals: from the oldest to the newest, then
    return iter(sorted(found, key=lambda v: (v.key, v.deleted)))


def read_version(client: "S3Client", address: Address, key: str, version: str) -> bytes:
    """The bytes of one version."""
    with address.translating(key):
        answer = client.get_object(Bucket=address.bucket, Key=key, VersionId=version)
        with closing(answer["Body"]) as body:
            return body.read()


def erase(client: "S3Client", address: Address, key: str, version: str | None) -> None:
    """Remove the object with all of its versions, or one of them."""
    for found in list_versions(client, address, key, ""):
        if found.key == key and version in (None, found.version):
            with address.translating(key):
                client.delete_object(Bucket=address.bucket, Key=key, VersionId=found.version)


def lock_bucket(client: "S3Client", address: Address) -> None:
    """Turn on versions and Object Lock; without a default retention, so that only what asks for one is locked.

    Raises
    ------
    StoreError
        When the server allows it only for a new bucket, or not at all.
    """
    if _is_locked(client, address):
        return
    with address.translating(""):
        client.put_bucket_versioning(Bucket=address.bucket, VersioningConfiguration={"Status": "Enabled"})
        client.put_object_lock_configuration(
            Bucket=address.bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"}
        )


def _is_locked(client: "S3Client", address: Address) -> bool:
    try:
        with address.translating(""):
            answer = client.get_object_lock_configuration(Bucket=address.bucket)
    except StoreError:  # what there is none of is told in several ways
        return False
    return answer.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") == "Enabled"
