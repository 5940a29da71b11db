"""MemoryPeople: Airflow's pages of unit tests."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from evergreen.core.clock import now
from evergreen.core.errors import AccessDenied, AlreadyExists, NotFound
from evergreen.records.answer import Answer, Question


class MemoryPeople:
    """Questions and answers in dictionaries; who answers is ``login``, by name, as at Airflow's login.

    With ``numbered``, ids are numbers, as those of Airflow's FAB login; without, they are the names.
    """

    def __init__(self, *names: str, numbered: bool = False) -> None:
        self.login = ""
        self.requesters: dict[tuple[str, str], str] = {}
        self.withdrawn: dict[str, str] = {}
        self._ids = {name: str(i) if numbered else name for i, name in enumerate(names, 1)}
        self._questions: dict[tuple[str, str, str], Answer] = {}

    def put(self, question: Question, assigned: Iterable[str]) -> None:
        """Put a question; asking again forgets the answer."""
        self._questions[_key(question)] = Answer(
            model=question.model,
            dag_id=question.dag_id,
            run_id=question.run_id,
            task_id=question.task_id,
            verdict=question.verdict,
            package=question.package,
            request=question.request,
            asked_at=now(),
            assigned=tuple(assigned),
            chosen=None,
            reason="",
            person_id=None,
            person=None,
            answered_at=None,
        )

    def answer(self, question: Question) -> Answer | None:
        """The record of the question; None when it was never put."""
        return self._questions.get(_key(question))

    def requester(self, dag_id: str, run_id: str) -> str | None:
        """Who started a run."""
        return self.requesters.get((dag_id, run_id))

    def ids(self, model: str, names: Iterable[str]) -> Mapping[str, str]:  # noqa: ARG002 (the port's form)
        """The ids of these names."""
        return {name: self._ids[name] for name in names if name in self._ids}

    def waiting(self, dag_id: str, task_id: str) -> tuple[str, ...]:
        """The runs whose question waits."""
        found = (a for a in self._questions.values() if (a.dag_id, a.task_id) == (dag_id, task_id))
        return tuple(a.run_id for a in found if a.answered_at is None and a.run_id not in self.withdrawn)

    def withdraw(self, dag_id: str, run_id: str, task_id: str, why: str) -> None:  # noqa: ARG002 (the port's form)
        """End a question that waits."""
        self.withdrawn[run_id] = why

    def respond(self, question: Question, chosen: str, reason: str) -> None:
        """Answer as ``login``; raises ``AccessDenied`` for who is not assigned, ``AlreadyExists`` the second time."""
        if (found := self._questions.get(_key(question))) is None:
            raise NotFound(f"{question.run_id} has put no question.")
        if found.assigned and self._ids[self.login] not in found.assigned:
            raise AccessDenied(f"{self.login} is not assigned.")
        if found.answered_at is not None:
            raise AlreadyExists(f"{question.run_id} is answered.")
        self._questions[_key(question)] = replace(
            found, chosen=chosen, reason=reason, person_id=self._ids[self.login], person=self.login, answered_at=now()
        )

    def expire(self, question: Question, chosen: str = "Reject") -> None:
        """Let the time-out answer."""
        found = self._questions[_key(question)]
        self._questions[_key(question)] = replace(found, chosen=chosen, answered_at=now())


def _key(question: Question) -> tuple[str, str, str]:
    return question.dag_id, question.run_id, question.task_id
