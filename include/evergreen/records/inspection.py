"""Inspection: where the registry and the stored packages differ from what the journal says of a model."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from evergreen.records.base import Record

Matter = Literal["alias", "version", "model file", "package", "journal"]


@dataclass(frozen=True, kw_only=True)
class Discrepancy(Record):
    """One finding.

    Attributes
    ----------
    subject
        What it is about: an alias, ``version 3``, a package's digest, an object's key.
    repaired
        Whether it was mended at once: only aliases are, since the journal says what they should be.
    """

    model: str
    matter: Matter
    subject: str
    sentence: str
    repaired: bool


@dataclass(frozen=True, kw_only=True)
class Inspection(Record):
    """All findings of one look at a model.

    Attributes
    ----------
    new
        The findings that the look before did not have: they alone are alerted.
    resolved
        Sentences of findings that the look before had, and that are gone.
    unanswered
        Why a part could not be looked at; empty when everything was.
    text, key
        The report, in Markdown, and where it is stored.
    """

    model: str
    at: datetime
    findings: tuple[Discrepancy, ...]
    new: tuple[Discrepancy, ...]
    resolved: tuple[str, ...]
    unanswered: str
    text: str
    key: str
