"""What a column of a log holds."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "category", "integer", "number", "numbers", "moment"]
"""Text; text of few different values; a whole number of 32 bits; a double; a list of doubles; microseconds in UTC."""


@dataclass(frozen=True, kw_only=True)
class LoggedColumn:
    """One column of a log. ``nullable``: rows without a value are rows of the log, too."""

    name: str
    kind: Kind
    nullable: bool = False
