"""MLflow's errors become ours."""

import pytest
import requests
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import (
    INTERNAL_ERROR,
    INVALID_PARAMETER_VALUE,
    PERMISSION_DENIED,
    RESOURCE_DOES_NOT_EXIST,
)

from evergreen.core.errors import AccessDenied, NotFound, OutageError, StoreError
from evergreen.stores.mlflow_answers import translated

URL = "http://mlflow.example:5000"


def answer(status: int) -> requests.HTTPError:
    response = requests.Response()
    response.status_code = status
    return requests.HTTPError("no", response=response)


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (MlflowException("gone", error_code=RESOURCE_DOES_NOT_EXIST), NotFound),
        (MlflowException("no", error_code=PERMISSION_DENIED), AccessDenied),
        (MlflowException("odd", error_code=INVALID_PARAMETER_VALUE), StoreError),
        (MlflowException("API request failed", error_code=INTERNAL_ERROR), OutageError),
        (answer(404), NotFound),
        (answer(403), AccessDenied),
        (answer(503), OutageError),
        (requests.ConnectionError("refused"), OutageError),
        (requests.Timeout("slow"), OutageError),
    ],
)
def test_every_answer_names_the_server_and_what_was_asked(raised: Exception, kind: type[Exception]) -> None:
    with (
        pytest.raises(kind, match=r"MLflow at http://mlflow\.example:5000 .*read run 7") as caught,
        translated(URL, "read run 7"),
    ):
        raise raised
    assert caught.type is kind


def test_other_errors_pass() -> None:
    with pytest.raises(ZeroDivisionError), translated(URL, "count"):
        raise ZeroDivisionError
