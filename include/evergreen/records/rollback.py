"""Rollback: a version that was champion before becomes champion again."""

from dataclasses import dataclass

from evergreen.records.base import Record


@dataclass(frozen=True, kw_only=True)
class Rollback(Record):
    """One ``run_id`` is one rollback, however often it is asked.

    Attributes
    ----------
    package, version
        What becomes champion.
    expected_champion
        Digest of the package that is taken back; the rollback is refused when another is champion by then.
    by
        Who asked: a person's name.
    """

    model: str
    run_id: str
    package: str
    version: int
    expected_champion: str
    by: str
    reason: str
