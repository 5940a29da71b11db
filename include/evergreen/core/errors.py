"""Everything that Evergreen raises on purpose.

::

    EvergreenError
    ├── InputError (ValueError)          what a person gave is wrong: mend it and run again
    │   ├── SpecError                    model.yaml
    │   ├── DataError                    raw objects, snapshots, splits
    │   ├── CodeError                    code of a model folder
    │   │   └── PipelineError            pipeline.py
    │   └── RunError                     the form, the command line, the order of the steps
    ├── StoreError
    │   ├── NotFound (LookupError)       no such object, version or run
    │   ├── AlreadyExists                a create met an object that is there
    │   ├── PreconditionFailed           a replace met another ETag
    │   ├── AccessDenied (PermissionError)   wrong keys, or a missing bucket or right
    │   └── IntegrityError               bytes differ from their digest, a chain is broken
    ├── Refused                          a decision of the journal that says no, and why
    └── OutageError (ConnectionError)    a store does not answer: trying again later may help

An operator fails at once on everything but ``OutageError``, which it retries with backoff.
Messages say what was wrong, where (model, column, key, count) and what to do next; they are bounded and never
hold a secret or a row of data.
"""

MESSAGE_LIMIT = 2_000


class EvergreenError(Exception):
    """The root of every error that Evergreen raises on purpose."""

    def __init__(self, message: str) -> None:
        super().__init__(message if len(message) <= MESSAGE_LIMIT else f"{message[: MESSAGE_LIMIT - 1]}…")


class InputError(EvergreenError, ValueError):
    """Raised when what a person gave cannot be used; running again unchanged fails again."""


class SpecError(InputError):
    """Raised when a ``model.yaml`` cannot be read as a model spec."""


class DataError(InputError):
    """Raised when rows or raw objects are not what the spec says."""


class CodeError(InputError):
    """Raised when code of a model folder cannot be called, or does not answer."""


class PipelineError(CodeError):
    """Raised when the function of ``pipeline.py`` cannot give an unfitted pipeline, or it cannot be fitted."""


class RunError(InputError):
    """Raised when a run was asked for something impossible: a bad parameter, or a step before its time."""


class StoreError(EvergreenError):
    """Raised when a store answers, and the answer is no."""


class NotFound(StoreError, LookupError):
    """Raised when the object, version or run asked for is not in the store."""


class AlreadyExists(StoreError):
    """Raised when an object was to be created under a key that is taken."""


class PreconditionFailed(StoreError):
    """Raised when an object was to be replaced and is no longer the one that was read."""


class AccessDenied(StoreError, PermissionError):
    """Raised when the store refuses the credentials, or the bucket is missing."""


class IntegrityError(StoreError):
    """Raised when stored bytes are not those that were written."""


class Refused(EvergreenError):
    """Raised when the journal's state forbids a decision; the message says which state."""


class OutageError(EvergreenError, ConnectionError):
    """Raised when a store does not answer; names the endpoint."""
