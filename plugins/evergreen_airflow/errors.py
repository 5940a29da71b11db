"""The one place where errors of evergreen become outcomes of Airflow tasks.

========================  =========================================================================================
evergreen                 Airflow
========================  =========================================================================================
``OutageError``           stays: the task is tried again with growing delays, then fails with the endpoint's name
``Refused``               the task is skipped, with the reason: the journal said no, and that is an answer
any other EvergreenError  the task fails at once with the message alone: trying again unchanged fails again
anything else             stays: a defect or a killed process; the steps are idempotent, so Airflow tries again
========================  =========================================================================================
"""

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from evergreen.core.errors import EvergreenError, OutageError, Refused


@contextmanager
def translated() -> Iterator[None]:
    """Translate what the body raises.

    >>> from evergreen.core.errors import DataError
    >>> with translated():
    ...     raise DataError("flight_delays: the object raw/x.parquet is empty.")
    Traceback (most recent call last):
    airflow.sdk.exceptions.AirflowFailException: DataError: flight_delays: the object raw/x.parquet is empty.
    """
    try:
        yield
    except OutageError:
        raise
    except Refused as error:
        raise AirflowSkipException(str(error)) from None
    except EvergreenError as error:
        raise AirflowFailException(f"{type(error).__name__}: {error}") from None
