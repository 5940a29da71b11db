"""What each error of evergreen becomes in Airflow."""

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from evergreen.core.errors import AccessDenied, DataError, OutageError, Refused
from evergreen_airflow.errors import translated


@pytest.mark.parametrize(
    ("raised", "seen"),
    [
        (DataError("flight_delays: 3 keys occur twice."), AirflowFailException),
        (AccessDenied("wrong keys"), AirflowFailException),
        (Refused("superseded"), AirflowSkipException),
        (OutageError("http://s3:1 does not answer"), OutageError),
        (ZeroDivisionError("a defect"), ZeroDivisionError),
    ],
)
def test_an_error_becomes_the_outcome_of_its_kind(raised: Exception, seen: type[Exception]) -> None:
    with pytest.raises(seen, match=str(raised)) as caught, translated():
        raise raised
    assert type(caught.value) is seen


def test_a_failure_shows_its_kind_and_message_without_a_chain() -> None:
    with pytest.raises(AirflowFailException) as caught, translated():
        raise DataError("flight_delays: no rows.")
    assert str(caught.value) == "DataError: flight_delays: no rows."
    assert caught.value.__suppress_context__
