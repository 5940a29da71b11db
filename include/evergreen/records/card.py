"""Card: where the model card of a version lies, and what was measured for it alone."""

from dataclasses import dataclass

from evergreen.records.base import Record


@dataclass(frozen=True, kw_only=True)
class Importance:
    """How much worse the metric gets when one feature is shuffled among the rows: mean and spread over the repeats.

    0 means that the model does without it, or that another feature says the same.
    """

    feature: str
    loss: float
    spread: float


@dataclass(frozen=True, kw_only=True)
class Importances(Record):
    """Permutation importance of every feature, the largest first.

    Attributes
    ----------
    package
        Digest of the package that was asked: the gated one, on rows that it has not seen.
    rows
        How many test rows were drawn; 0 where there was nothing to measure on.
    """

    model: str
    package: str
    metric: str
    rows: int
    repeats: int
    features: tuple[Importance, ...]


@dataclass(frozen=True, kw_only=True)
class Card(Record):
    """A card in the object store, as Markdown and as one HTML file.

    Attributes
    ----------
    sha256
        Digest over both files; a card that says something else is another card.
    approved
        What the card says of the answer to its verdict; None where nobody had answered yet.
    """

    model: str
    run_id: str
    version: int
    package: str
    sha256: str
    html_key: str
    markdown_key: str
    approved: bool | None
