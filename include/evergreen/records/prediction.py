"""The prediction record: one row for each answer that a model gave. Its layout is fixed; only nullable columns may be added.

Predictions lie in Parquet files below ``<model>/predictions/``; `evergreen.stores.predictions` writes and reads them.

=================  ========  ==========================================================================================
``prediction_id``  text      names this answer; a row that is logged twice has the same one
``request_key``    text      the caller's key of the row, see `request_key`
``model``          category
``version``        integer   the version that answered
``variant``        category  ``champion``, ``challenger`` (a canary) or ``shadow`` (its answer went to nobody)
``event_time``     moment    when what is predicted takes place: windows and files go by it
``served_time``    moment    when the answer was given
``feature_<name>``           what the model saw: a number (null where it is missing), or a category
``context_<name>`` category  a column that is no feature and by which rows are told apart; null where the caller gave none
``score``          number    probability of the positive class, predicted value, or probability of the decided class
``scores``         numbers   multiclass: the probability of each class, in the order of the file's ``evergreen.classes``
``decision``       category  binary: ``1`` or ``0``; multiclass: the class; null for a regression
=================  ========  ==========================================================================================
"""

import json
from collections.abc import Sequence
from typing import Literal

from evergreen.records.logged import LoggedColumn

SCHEMA_VERSION = 1
"""In the Parquet metadata, as ``evergreen.schema_version``, beside ``evergreen.record``: ``prediction``."""

Variant = Literal["champion", "challenger", "shadow"]
VARIANTS: tuple[Variant, ...] = ("champion", "challenger", "shadow")
ANSWERING: tuple[Variant, ...] = ("champion", "challenger")
"""Whose answers went to callers: each request has one of them."""
FEATURE, CONTEXT = "feature_", "context_"


def prediction_layout(
    numeric: Sequence[str], categorical: Sequence[str], context: Sequence[str] = ()
) -> tuple[LoggedColumn, ...]:
    """The columns of a model with these features and contexts, in order.

    >>> [column.name for column in prediction_layout(["score"], [])][6:9]
    ['served_time', 'feature_score', 'score']
    """
    return (
        LoggedColumn(name="prediction_id", kind="text"),
        LoggedColumn(name="request_key", kind="text"),
        LoggedColumn(name="model", kind="category"),
        LoggedColumn(name="version", kind="integer"),
        LoggedColumn(name="variant", kind="category"),
        LoggedColumn(name="event_time", kind="moment"),
        LoggedColumn(name="served_time", kind="moment"),
        *(LoggedColumn(name=FEATURE + name, kind="number", nullable=True) for name in numeric),
        *(LoggedColumn(name=FEATURE + name, kind="category", nullable=True) for name in categorical),
        *(LoggedColumn(name=CONTEXT + name, kind="category", nullable=True) for name in context),
        LoggedColumn(name="score", kind="number"),
        LoggedColumn(name="scores", kind="numbers", nullable=True),
        LoggedColumn(name="decision", kind="category", nullable=True),
    )


def request_key(*values: object) -> str:
    """The key of a row as text: the value of a single key column, or a JSON list of several, in the spec's order.

    >>> request_key(4711), request_key("2013-01-01", 4711)
    ('4711', '["2013-01-01","4711"]')
    """
    texts = [str(value) for value in values]
    return texts[0] if len(texts) == 1 else json.dumps(texts, separators=(",", ":"), ensure_ascii=False)


def key_values(text: str, columns: int) -> tuple[str, ...]:
    """The values that `request_key` joined; none when the text is no key of so many columns.

    >>> key_values('["2013-01-01","4711"]', 2), key_values("4711", 1), key_values("4711", 2)
    (('2013-01-01', '4711'), ('4711',), ())
    """
    if columns == 1:
        return (text,)
    try:
        values = json.loads(text)
    except ValueError:
        return ()
    whole = isinstance(values, list) and len(values) == columns
    return tuple(str(value) for value in values) if whole else ()
