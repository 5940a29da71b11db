"""The label record: what came true of a prediction. Its layout is fixed; only nullable columns may be added.

Labels lie in Parquet files below ``<model>/labels/``; `evergreen.stores.labels` writes and reads them.

=================  =======  ===========================================================================================
``prediction_id``  text     the prediction that the label belongs to
``event_time``     moment   that of the prediction, so that the labels of a window are found without reading all of them
``value``                   binary: the number 1 (positive) or 0; regression: the number; multiclass: the class, as text
``observed_time``  moment   when the label became known
``correction``     integer  0 for the first label of a prediction, larger for each one that corrects it
=================  =======  ===========================================================================================

Of several labels of one prediction the highest correction counts, then the one observed last.
"""

from evergreen.records.logged import LoggedColumn

SCHEMA_VERSION = 1
"""In the Parquet metadata, as ``evergreen.schema_version``, beside ``evergreen.record``: ``label``."""


def label_layout(*, classes: bool) -> tuple[LoggedColumn, ...]:
    """The columns in order; ``classes`` says that labels are the classes of a multiclass task.

    >>> [column.kind for column in label_layout(classes=True)]
    ['text', 'moment', 'category', 'moment', 'integer']
    """
    return (
        LoggedColumn(name="prediction_id", kind="text"),
        LoggedColumn(name="event_time", kind="moment"),
        LoggedColumn(name="value", kind="category" if classes else "number"),
        LoggedColumn(name="observed_time", kind="moment"),
        LoggedColumn(name="correction", kind="integer"),
    )
