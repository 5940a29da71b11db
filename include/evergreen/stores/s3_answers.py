"""What an answer or a silence of an S3 server means, in Evergreen's errors. Messages name the endpoint, never a key."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from boto3.exceptions import Boto3Error
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
)

from evergreen.core.errors import (
    AccessDenied,
    EvergreenError,
    InputError,
    NotFound,
    OutageError,
    PreconditionFailed,
    StoreError,
)

WRONG_KEYS = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken", "TokenRefreshRequired"}
THROTTLED = {
    "SlowDown",
    "RequestTimeout",
    "Throttling",
    "ThrottlingException",
    "TooManyRequests",
    "RequestLimitExceeded",
}
CONFLICTS = {"ConditionalRequestConflict", "OperationAborted"}
SET_KEYS = "Set EVERGREEN_S3_ACCESS_KEY and EVERGREEN_S3_SECRET_KEY to keys that it knows."


class ConflictError(PreconditionFailed):
    """Raised when two conditional writes met and the server decided neither: asking again tells."""


@dataclass(frozen=True, kw_only=True)
class Address:
    """A bucket at an endpoint, as messages name it."""

    endpoint: str
    bucket: str

    def __str__(self) -> str:
        return f"bucket {self.bucket!r} at {self.endpoint}"

    @property
    def missing(self) -> AccessDenied:
        """The error for a bucket that does not exist."""
        return AccessDenied(
            f"There is no bucket {self.bucket!r} at {self.endpoint}. Create it, or set EVERGREEN_BUCKET to one that exists."
        )

    @contextmanager
    def translating(self, key: str) -> Iterator[None]:
        """Turn every error of boto3 about ``key`` into one of Evergreen's."""
        try:
            yield
        except ClientError as error:
            raise self._answer(error, key) from error
        except Boto3Error as error:  # what a transfer of a file wraps the answer in
            if isinstance(error.__context__, ClientError):
                raise self._answer(error.__context__, key) from error
            raise self._outage(error) from error
        except (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError) as error:
            raise AccessDenied(f"No keys were given for {self.endpoint}. {SET_KEYS}") from error
        except ParamValidationError as error:
            raise InputError(f"S3 cannot hold {key!r} as it was given: {error.kwargs['report']}.") from error
        except BotoCoreError as error:
            raise self._outage(error) from error

    def _answer(self, error: ClientError, key: str) -> EvergreenError:
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code == "NoSuchBucket":
            return self.missing
        if code in WRONG_KEYS:
            return AccessDenied(f"{self.endpoint} refuses the keys ({code}). {SET_KEYS}")
        if code in CONFLICTS:
            return ConflictError(f"Another write to {key!r} in {self} was under way.")
        if code in THROTTLED:
            return OutageError(f"{self.endpoint} asks for patience ({code}). Try again later.")
        return self._by_status(status, code or "no code", error.operation_name, key)

    def _by_status(self, status: int, code: str, operation: str, key: str) -> EvergreenError:
        if status in (401, 403):
            return AccessDenied(
                f"{self.endpoint} denies {operation} of {key!r} in {self.bucket!r}: wrong keys, or no right."
            )
        if status == 404:
            return NotFound(f"No object {key!r} in {self}.")
        if status == 412:
            return PreconditionFailed(f"{key!r} in {self} is not in the state that the write was meant for.")
        if status == 501:
            return StoreError(f"{self.endpoint} does not offer {operation} as it was asked for {key!r} ({code}).")
        if status >= 500:
            return OutageError(
                f"{self.endpoint} answered {operation} of {key!r} with {status} ({code}). Try again later."
            )
        return StoreError(f"{self.endpoint} answered {operation} of {key!r} with {status} ({code}).")

    def _outage(self, error: Exception) -> OutageError:
        return OutageError(
            f"{self.endpoint} does not answer ({type(error).__name__}). Is the server up, and the address right?"
        )
