"""Release: the authorisation to load a package for a stage of the way to champion."""

from dataclasses import dataclass
from typing import Literal

from evergreen.records.base import Record


@dataclass(frozen=True, kw_only=True)
class Release(Record):
    """``stage`` is ``direct`` until shadow and canary exist."""

    model: str
    package: str
    version: int
    verdict: str
    stage: Literal["direct"]
