"""The part of a spec that only people can write into a model card."""

from pydantic import Field

from evergreen.spec.base import SpecPart


class Card(SpecPart):
    """What the card of each version says beside its numbers; an empty text is shown as missing."""

    intended_use: str = Field("", max_length=5_000)
    """Who uses the prediction for what, and what it must not be used for."""
    limits: str = Field("", max_length=5_000)
    """Where the model is known to be weak, and which data it has never seen."""
    ethical_notes: str = Field("", max_length=5_000)
    """Whom a wrong prediction harms, and what is done about it."""
