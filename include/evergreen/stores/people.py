"""People: what approvers are asked on Airflow's pages, and what they answer."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from evergreen.core.errors import InputError
from evergreen.records.answer import Answer, Question


class People(Protocol):
    """Reads Airflow's own records of questions and answers, which nobody but the person can write.

    Every method raises ``OutageError`` when the server does not answer.
    """

    def answer(self, question: Question) -> Answer | None:
        """Airflow's record of the question; None when it was never put."""
        ...

    def requester(self, dag_id: str, run_id: str) -> str | None:
        """Who started a run, by their login; None for the clock, and for a run that Airflow does not know."""
        ...

    def ids(self, model: str, names: Iterable[str]) -> Mapping[str, str]:
        """The ids of these names at the login in use; a name that nobody has is left out."""
        ...

    def waiting(self, dag_id: str, task_id: str) -> tuple[str, ...]:
        """The runs of a DAG whose question waits for an answer."""
        ...

    def withdraw(self, dag_id: str, run_id: str, task_id: str, why: str) -> None:
        """End a question that waits; its task is skipped, with a note that says why."""
        ...

    def respond(self, question: Question, chosen: str, reason: str) -> None:
        """Answer a question as whoever this login is; ``AccessDenied`` for who may not, ``AlreadyExists`` when it is late."""
        ...


class Nobody:
    """Stands in where this process has no login for Airflow: what needs one says so."""

    def __getattr__(self, name: str) -> Any:
        raise InputError(
            "Airflow's record of an answer cannot be read: set EVERGREEN_AIRFLOW_USER and EVERGREEN_AIRFLOW_PASSWORD "
            "to the service's login."
        )
