"""The note on a run, set from what its report handed over.

A task cannot set a note: its API has no such word, and a login for it would be one more secret in every worker. The
scheduler tells listeners when a run ends, in the transaction that ends it; there the note is one more column. A note
that a person wrote stays.
"""

import logging
from typing import TYPE_CHECKING, Any

from airflow.listeners import hookimpl

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun

KINDS = ("retrain__", "release__", "rollback__", "govern__", "monitor__", "confirm__")
log = logging.getLogger(__name__)


@hookimpl
def on_dag_run_success(dag_run: "DagRun", msg: str) -> None:  # noqa: ARG001 (Airflow's form)
    """Set the note of a run that ended well."""
    set_note(dag_run)


@hookimpl
def on_dag_run_failed(dag_run: "DagRun", msg: str) -> None:  # noqa: ARG001 (Airflow's form)
    """Set the note of a run that failed."""
    set_note(dag_run)


def set_note(dag_run: "DagRun") -> None:
    """Make what the task that reports handed over the run's note."""
    from sqlalchemy.orm import object_session

    session = object_session(dag_run)
    if session is None or not dag_run.dag_id.startswith(KINDS):
        return
    written = dag_run.dag_run_note
    if written is not None and written.user_id is not None:
        return
    if isinstance(text := _handed_over(dag_run, session), str) and text:
        dag_run.note = text[:1000]


def _handed_over(dag_run: "DagRun", session: Any) -> object:
    from airflow.models.xcom import XComModel

    query = XComModel.get_many(run_id=dag_run.run_id, dag_ids=dag_run.dag_id, key="note", limit=1)
    found = session.scalars(query).first()
    return XComModel.deserialize_value(found) if found is not None else None
