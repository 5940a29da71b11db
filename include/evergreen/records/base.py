"""What all records share: immutability, a schema version, JSON both ways, a digest."""

import json
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from pydantic import TypeAdapter, ValidationError

from evergreen.core.digest import canonical, digest_of
from evergreen.core.errors import IntegrityError

_adapters: dict[type, TypeAdapter[Any]] = {}


def _adapter(cls: type) -> TypeAdapter[Any]:
    if cls not in _adapters:
        _adapters[cls] = TypeAdapter(cls)
    return _adapters[cls]


def _version_in(data: bytes) -> int:
    """The version that bytes claim which are no record of ours; 0 for none."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return 0
    version = value.get("schema_version") if isinstance(value, dict) else 0
    return version if isinstance(version, int) else 0


@dataclass(frozen=True, kw_only=True)
class Record:
    """One artifact of the flow, as it is stored.

    Attributes
    ----------
    schema_version
        Version of the record's layout. Readers refuse a version that is newer than theirs.
    """

    SCHEMA_VERSION: ClassVar[int] = 1

    schema_version: int = 1

    def to_dict(self) -> dict[str, Any]:
        """The record in JSON types."""
        value: dict[str, Any] = _adapter(type(self)).dump_python(self, mode="json")
        return value

    def to_json(self) -> bytes:
        """Canonical JSON: equal records give equal bytes."""
        return canonical(self.to_dict())

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Read what ``to_json`` wrote.

        Raises
        ------
        IntegrityError
            When the bytes are no such record, or one of a newer version.
        """
        try:
            record: Self = _adapter(cls).validate_json(data)
        except ValidationError as error:
            cls._refuse_newer(_version_in(data))
            where = "; ".join(f"{'.'.join(map(str, e['loc']))[:100]}: {e['msg'][:200]}" for e in error.errors()[:3])
            raise IntegrityError(f"Not a {cls.__name__} record: {where}.") from None
        cls._refuse_newer(record.schema_version)
        return record

    @classmethod
    def _refuse_newer(cls, version: int) -> None:
        if version > cls.SCHEMA_VERSION:
            raise IntegrityError(
                f"A {cls.__name__} record of version {version}; this release reads up to "
                f"{cls.SCHEMA_VERSION}. Upgrade Evergreen."
            )

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON."""
        return digest_of(self.to_dict())
