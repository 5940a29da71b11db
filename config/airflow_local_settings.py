# ruff: noqa: INP001 - Airflow finds this file by its name
"""Read by every Airflow component at its start: imports what tasks need, once, where tasks are forked.

The scheduler (and a Celery worker) forks a process per task. Great Expectations, MLflow and scikit-learn take seconds
to import; imported here, before the fork, they cost a task nothing. Every other component would only lose that time,
so the variable ``EVERGREEN_PRELOAD`` turns it on for one process, and is taken away so that no program that a task
starts does it again.

Only libraries stand here: code of Evergreen, or of a model's folder, would go stale in a scheduler that runs for weeks.
Nothing here may leave a thread behind, for a fork copies locks but not the threads that hold them.
"""

import importlib
import os

__all__: list[str] = []  # Airflow copies public names into its own settings

PRELOADED = (
    "airflow.providers.openlineage.extractors.manager",
    "airflow.providers.openlineage.plugins.adapter",
    "airflow.providers.openlineage.plugins.listener",
    "airflow.providers.standard.operators.trigger_dagrun",
    "airflow.timetables.trigger",
    "boto3",
    "botocore.client",
    "croniter",
    "duckdb",
    "great_expectations",
    "matplotlib.backends.backend_svg",
    "matplotlib.figure",
    "mlflow",
    "mlflow.sklearn",
    "openlineage.client.facet_v2",
    "openlineage.client.transport.file",
    "pandas",
    "pyarrow.parquet",
    "pydantic_settings",
    "scipy.stats",
    "skops.io",
    "sklearn.calibration",
    "sklearn.compose",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.metrics",
    "sklearn.pipeline",
    "sklearn.preprocessing",
)

if os.environ.pop("EVERGREEN_PRELOAD", "") == "1":
    for _name in PRELOADED:
        importlib.import_module(_name)
