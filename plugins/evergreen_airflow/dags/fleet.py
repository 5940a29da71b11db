"""One DAG a model folder; a folder that cannot be used becomes a placeholder and never stops the others."""

from collections.abc import Callable, Iterator
from pathlib import Path

from airflow.sdk import DAG, get_parsing_context

from evergreen.core.errors import SpecError
from evergreen.core.settings import settings
from evergreen.spec.load import discover, load
from evergreen.spec.model import ModelSpec as Model
from evergreen_airflow.dags.names import dag_id_of
from evergreen_airflow.dags.placeholder import placeholder

__all__ = ["Model", "fleet"]


def fleet(kind: str, build: Callable[[Model], DAG | None], *, placeholders: bool = False) -> dict[str, DAG]:
    """The DAGs ``<kind>__<model>`` by id, for a DAG file to put into its globals.

    A task that runs reads its own folder alone.

    Parameters
    ----------
    build
        Makes the DAG of one model; None for a model that has none of this kind.
    placeholders
        Whether a broken folder shows as a DAG of this kind; one kind is enough.
    """
    dags = (_dag(kind, folder, build, placeholders=placeholders) for folder in _folders(kind))
    return {dag.dag_id: dag for dag in dags if dag is not None}


def _folders(kind: str) -> Iterator[Path]:
    models_dir = settings().models_dir
    wanted = get_parsing_context().dag_id
    for name in discover(models_dir):
        if wanted is None or dag_id_of(kind, name) == wanted:
            yield models_dir / name


def _dag(kind: str, folder: Path, build: Callable[[Model], DAG | None], *, placeholders: bool) -> DAG | None:
    try:
        return build(load(folder))
    except SpecError as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001 (whatever one folder does, the others go on, and it is shown)
        reason = f"{type(error).__name__}: {error}"
    return placeholder(kind, folder.name, reason) if placeholders else None
