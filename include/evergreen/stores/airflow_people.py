"""AirflowPeople: questions and answers through Airflow's REST API, with the service's own login."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from evergreen.core.errors import NotFound
from evergreen.core.settings import Settings
from evergreen.records.answer import Answer, Question
from evergreen.stores.airflow import AirflowApi
from evergreen.stores.people import Nobody, People

FIELDS = ("verdict", "package", "request")
"""The fields of the form on the page that say what the question is about."""


class AirflowPeople:
    """Asks Airflow with the service's own login."""

    def __init__(self, api: AirflowApi) -> None:
        self._api = api

    def answer(self, question: Question) -> Answer | None:
        """Airflow's record of the question; None when it was never put."""
        try:
            detail = self._api.question(question.dag_id, question.run_id, question.task_id)
        except NotFound:
            return None
        return _answer_of(detail, question)

    def requester(self, dag_id: str, run_id: str) -> str | None:
        """Who started a run, by their login; None for the clock, and for a run that Airflow does not know."""
        try:
            name = self._api.run(dag_id, run_id)["triggering_user_name"]
        except NotFound:
            return None
        return str(name) if name else None

    def ids(self, model: str, names: Iterable[str]) -> Mapping[str, str]:
        """The ids of these names at the login in use; a name that nobody has is left out."""
        return self._api.ids(model, tuple(names))

    def waiting(self, dag_id: str, task_id: str) -> tuple[str, ...]:
        """The runs of a DAG whose question waits for an answer."""
        return tuple(self._api.waiting(dag_id, task_id))

    def withdraw(self, dag_id: str, run_id: str, task_id: str, why: str) -> None:
        """End a question that waits."""
        self._api.skip(dag_id, run_id, task_id, why)

    def respond(self, question: Question, chosen: str, reason: str) -> None:
        """Answer a question, as whoever this login is; raises ``AccessDenied`` for who may not."""
        self._api.respond(
            question.dag_id, question.run_id, question.task_id, chosen, {**question.fields, "reason": reason}
        )


def open_people(config: Settings) -> People:
    """The people behind the Airflow of these settings."""
    if config.airflow_user is None or config.airflow_password is None:
        nobody: People = Nobody()
        return nobody
    return AirflowPeople(
        AirflowApi(config.airflow_url, config.airflow_user, config.airflow_password.get_secret_value())
    )


def people_as(config: Settings, user: str, password: str) -> People:
    """The same, as a person who has just logged in; raises ``AccessDenied`` for a wrong name or password."""
    api = AirflowApi(config.airflow_url, user, password)
    api.login()
    return AirflowPeople(api)


def _answer_of(detail: Mapping[str, Any], question: Question) -> Answer:
    person, chosen = detail["responded_by_user"] or {}, detail["chosen_options"] or []
    put = {name: str(field["value"]) for name, field in detail["params"].items() if name in FIELDS}
    given = detail["params_input"] or {}
    return Answer(
        model=question.model,
        dag_id=question.dag_id,
        run_id=question.run_id,
        task_id=question.task_id,
        verdict=put.get("verdict", ""),
        package=put.get("package", ""),
        request=put.get("request", ""),
        asked_at=_moment(detail["created_at"]),
        assigned=tuple(user["id"] for user in detail["assigned_users"]),
        chosen=chosen[0] if chosen else None,
        reason=str(given.get("reason") or "")[:500],
        person_id=person.get("id"),
        person=person.get("name"),
        answered_at=_moment(detail["responded_at"]) if detail["responded_at"] else None,
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
