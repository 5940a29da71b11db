"""Question and Answer: what a person was asked on Airflow's page, and what came back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from evergreen.records.base import Record


@dataclass(frozen=True, kw_only=True)
class Question(Record):
    """A challenger laid before its approvers, or a retrain request before its confirmers, and the task that waits for them.

    Attributes
    ----------
    verdict, package, version
        Of the challenger; empty where a request is asked about.
    request
        Id of the retrain request; empty where a challenger is asked about.
    """

    model: str
    verdict: str = ""
    package: str = ""
    version: int = 0
    request: str = ""
    dag_id: str
    run_id: str
    task_id: str

    @property
    def fields(self) -> Mapping[str, str]:
        """What the question is about, as it stands in the form and comes back with the answer."""
        return {"request": self.request} if self.request else {"verdict": self.verdict, "package": self.package}


@dataclass(frozen=True, kw_only=True)
class Answer(Record):
    """Airflow's own human-in-the-loop record of a question, as its REST API shows it.

    Attributes
    ----------
    verdict, package, request
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
    verdict: str = ""
    package: str = ""
    request: str = ""
    asked_at: datetime
    assigned: tuple[str, ...]
    chosen: str | None
    reason: str
    person_id: str | None
    person: str | None
    answered_at: datetime | None
