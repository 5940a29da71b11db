"""MLflow's answers as ours: versions, and its and the network's errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from requests.exceptions import HTTPError, RequestException

from evergreen.core.errors import AccessDenied, AlreadyExists, NotFound, OutageError, StoreError
from evergreen.stores.ports import RegisteredVersion

REASON_LIMIT = 300
ANSWERS: dict[str, type[StoreError]] = {
    "RESOURCE_DOES_NOT_EXIST": NotFound,
    "RESOURCE_ALREADY_EXISTS": AlreadyExists,
    "PERMISSION_DENIED": AccessDenied,
    "UNAUTHENTICATED": AccessDenied,
    "CUSTOMER_UNAUTHORIZED": AccessDenied,
    "INVALID_PARAMETER_VALUE": StoreError,
    "BAD_REQUEST": StoreError,
    "INVALID_STATE": StoreError,
}
STATUS: dict[int, type[StoreError]] = {401: AccessDenied, 403: AccessDenied, 404: NotFound}


def registered(version: ModelVersion) -> RegisteredVersion:
    """A version as the ports know it."""
    return RegisteredVersion(
        number=int(version.version),
        run_id=version.run_id or "",
        tags=dict(version.tags),
        model_uri=f"models:/{version.model_id}" if version.model_id else str(version.source),
    )


@contextmanager
def translated(url: str, doing: str) -> Iterator[None]:
    """Raise what MLflow at ``url`` answers as one of our errors; whatever is no clear answer is an outage."""
    try:
        yield
    except MlflowException as error:
        kind = ANSWERS.get(error.error_code)
        if kind is None:
            raise _outage(url, doing, error.message) from error
        raise kind(f"MLflow at {url} could not {doing}: {str(error.message)[:REASON_LIMIT]}") from error
    except HTTPError as error:
        status = error.response.status_code if error.response is not None else 0
        if status not in STATUS:
            raise _outage(url, doing, f"HTTP status {status}") from error
        raise STATUS[status](f"MLflow at {url} answered {status} when asked to {doing}.") from error
    except RequestException as error:
        raise _outage(url, doing, error) from error


def _outage(url: str, doing: str, reason: object) -> OutageError:
    return OutageError(f"MLflow at {url} does not answer when asked to {doing}. Is it up? {str(reason)[:REASON_LIMIT]}")
