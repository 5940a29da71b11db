"""Trigger: start a run of another DAG, once."""

from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator


class TriggerOperator(TriggerDagRunOperator):
    """Starts the run with a given id; skipped when that run exists, so that a killed task may try again."""

    ui_color = "#e6f4ea"

    def __init__(self, *, trigger_dag_id: str, trigger_run_id: Any, conf: Any, **kwargs: Any) -> None:
        super().__init__(
            trigger_dag_id=trigger_dag_id,
            trigger_run_id=trigger_run_id,
            conf=conf,
            logical_date=None,
            skip_when_already_exists=True,
            openlineage_inject_parent_info=False,
            **kwargs,
        )


class TriggerFoundOperator(TriggerOperator):
    """Starts the run whose ``run_id`` and ``conf`` the task ``found`` has returned."""

    def __init__(self, *, trigger_dag_id: str, found: str, **kwargs: Any) -> None:
        returned = f"ti.xcom_pull(task_ids='{found}')"
        super().__init__(
            trigger_dag_id=trigger_dag_id,
            trigger_run_id=f"{{{{ {returned}['run_id'] }}}}",
            conf=f"{{{{ {returned}['conf'] | tojson }}}}",
            **kwargs,
        )
