"""Question and Answer: what a person was asked on Airflow's page, and what came back."""

from dataclasses import dataclass
from datetime import datetime

from evergreen.records.base import Record


@dataclass(frozen=True, kw_only=True)
class Question(Record):
    """A challenger laid before its approvers, and the task that waits for them."""

    model: str
    verdict: str
    package: str
    version: int
    dag_id: str
    run_id: str
    task_id: str


@dataclass(frozen=True, kw_only=True)
class Answer(Record):
    """Airflow's own human-in-the-loop record of a question, as its REST API shows it.

    Attributes
    ----------
    verdict, package
        What the question was about, by the fields that stood on the page.
    assigned
        Ids of those who might answer; with none, Airflow lets anybody.
    person_id, person
        Who answered, as the server knew them by their login; None when the clock did, or nobody yet.
    chosen, answered_at
        None while the question waits, and for a task that was marked as done without an answer.
    """

    model: str
    dag_id: str
    run_id: str
    task_id: str
    verdict: str
    package: str
    asked_at: datetime
    assigned: tuple[str, ...]
    chosen: str | None
    reason: str
    person_id: str | None
    person: str | None
    answered_at: datetime | None
