"""Links on the tasks. A link is computed when its task ends, from the keys that the task gave to XCom."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.sdk import BaseOperatorLink

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator
    from airflow.sdk.types import TaskInstanceKey

    from evergreen.records.answer import Question


class StepLink(BaseOperatorLink):
    """A link made from what a step returned; empty while it has returned nothing."""

    name = "step"

    def get_link(self, operator: "BaseOperator", *, ti_key: "TaskInstanceKey") -> str:  # noqa: ARG002 (Airflow's form)
        """The address, or an empty text."""
        from airflow.sdk.execution_time.xcom import XCom

        summary = XCom.get_value(ti_key=ti_key, key="return_value")
        return self.address(summary) if isinstance(summary, Mapping) else ""

    def address(self, summary: Mapping[str, Any]) -> str:
        """The address for what the step returned."""
        raise NotImplementedError


class TrackingRunLink(StepLink):
    """The MLflow run: parameters, metrics, model file."""

    name = "MLflow run"

    def address(self, summary: Mapping[str, Any]) -> str:
        """The run's page in MLflow."""
        return f"{_mlflow()}/#/runs/{summary['mlflow_run']}"


class ModelVersionLink(StepLink):
    """The version in the registry."""

    name = "Model version"

    def address(self, summary: Mapping[str, Any]) -> str:
        """The version's page in MLflow."""
        return f"{_mlflow()}/#/models/{quote(summary['model'])}/versions/{summary['version']}"


class DataDocsLink(StepLink):
    """The validation in full: Great Expectations' Data Docs."""

    name = "Data Docs"

    def address(self, summary: Mapping[str, Any]) -> str:
        """The page, behind Airflow's login."""
        return page_of(summary["docs_key"])


class ReportLink(StepLink):
    """The report of the run."""

    name = "Report"

    def address(self, summary: Mapping[str, Any]) -> str:
        """The page, behind Airflow's login."""
        return page_of(summary["report_key"])


class CardLink(StepLink):
    """The model card of the version."""

    name = "Model card"

    def address(self, summary: Mapping[str, Any]) -> str:
        """The page, behind Airflow's login."""
        return page_of(summary["card_key"])


def page_of(key: str) -> str:
    """Where the API server shows the report object ``<model>/reports/<path>``.

    >>> page_of("flight_delays/reports/runs/ab.md").endswith("/evergreen/reports/flight_delays/runs/ab.md")
    True
    """
    model, _, path = key.partition("/reports/")
    return f"{_airflow()}/evergreen/reports/{quote(model)}/{quote(path)}"


def question_page(question: "Question") -> str:
    """Where a browser finds what a task asks people.

    >>> from evergreen.records.answer import Question
    >>> asked = Question(model="late", request="r1", dag_id="confirm__late", run_id="confirm__r1", task_id="ask")
    >>> question_page(asked).endswith("/dags/confirm__late/runs/confirm__r1/tasks/ask/required_actions")
    True
    """
    run_id = quote(question.run_id, safe="")
    return f"{_airflow()}/dags/{question.dag_id}/runs/{run_id}/tasks/{question.task_id}/required_actions"


def _airflow() -> str:
    from airflow.sdk.configuration import conf

    return (conf.get("api", "base_url", fallback="/") or "/").rstrip("/")


def _mlflow() -> str:
    from evergreen.core.settings import settings

    config = settings()
    return (config.mlflow_public_url or config.mlflow_url).rstrip("/")
