"""The DAGs that govern: a rollback for each model, and for the fleet the looks at its registry and the freeze."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, CronTriggerTimetable, Param, get_parsing_context

from evergreen.core.settings import settings
from evergreen.records.freeze import FLEET
from evergreen.spec.load import discover
from evergreen_airflow.dags.kinds import RETRIES
from evergreen_airflow.dags.names import dag_id_of

REASON = 500
ROLLBACK = """# Roll back `{model}`

Makes a former champion champion again: the version of the form, or the champion before this one. The journal decides
within seconds, whatever state MLflow or the model's folder are in; a freeze does not forbid it.
"""
FREEZE = """# Freeze

Lets nothing of a model, or of the whole fleet, be released or become champion until somebody lifts it. Retraining,
judging and rollbacks go on. Who, when and why stand in the journal.
"""
REGISTRY = """# Look at the registry

Holds MLflow (aliases, versions, model files) and the stored packages against the journal of every model. Aliases that
were moved by hand are set right; everything else is reported, once.
"""
WATCH = """# Look for promotions that are asked for

Who sets the tag `promotion_requested` on a version in MLflow asks for its promotion. This starts the release run that
asks the approvers; the tag then says where.
"""


def each(kind: str, build: Callable[[str], DAG]) -> dict[str, DAG]:
    """The DAGs ``<kind>__<model>`` by id. They need the folder's name alone: one that cannot be read has its DAG, too."""
    wanted = get_parsing_context().dag_id
    names = ((dag_id_of(kind, name), name) for name in discover(settings().models_dir))
    return {dag_id: build(name) for dag_id, name in names if wanted in (None, dag_id)}


def rollback_dag(model: str) -> DAG:
    """``rollback__<model>``: by hand only, with a form."""
    version = Param(
        None,
        type=["null", "integer"],
        minimum=1,
        title="Version",
        description="The former champion to go back to. Empty: the one before this champion.",
    )
    champion = Param(
        None,
        type=["null", "integer"],
        minimum=1,
        title="Champion",
        description="The champion that is to be taken back: refused when it is another one by then. Empty: whichever it is.",
    )
    return DAG(
        dag_id_of("rollback", model),
        description="Makes a former champion champion again.",
        schedule=None,
        params={"version": version, "champion": champion, "reason": _reason()},
        **_page("rollback", ROLLBACK.format(model=model)),
    )


def freeze_dag() -> DAG:
    """``govern__freeze``: by hand only, with a form."""
    scopes = [FLEET, *discover(settings().models_dir)]
    action = Param(
        "freeze",
        type="string",
        enum=["freeze", "lift"],
        title="Action",
        description="Lift ends the freeze of the same scope.",
    )
    scope = Param(
        type="string",
        enum=scopes,
        values_display={FLEET: "the whole fleet"},
        title="Scope",
        description="A model, or the whole fleet.",
    )
    return DAG(
        "govern__freeze",
        description="Stops every promotion of a model or of the fleet, until it is lifted.",
        schedule=None,
        params={"action": action, "scope": scope, "reason": _reason()},
        **_page("freeze", FREEZE),
    )


def registry_dag(*, every: str) -> DAG:
    """``govern__registry``: at the times of the cron expression ``every``."""
    return DAG(
        "govern__registry",
        description="Holds MLflow and the stored packages against the journals.",
        schedule=CronTriggerTimetable(every, timezone="UTC"),
        catchup=False,
        max_active_runs=1,
        **_page("registry", REGISTRY),
    )


def watch_dag(*, every: str) -> DAG:
    """``watch__registry``: at the times of the cron expression ``every``, and whenever MLflow's webhook says so."""
    return DAG(
        "watch__registry",
        description="Starts releases for promotions that are asked for in MLflow.",
        schedule=CronTriggerTimetable(every, timezone="UTC"),
        catchup=False,
        max_active_runs=1,
        **_page("watch", WATCH),
    )


def _reason() -> Param:
    return Param(
        type="string", minLength=1, maxLength=REASON, title="Reason", description="Why; it stands in the journal."
    )


def _page(kind: str, text: str) -> dict[str, Any]:
    return {
        "tags": {"evergreen", "governance", kind},
        "doc_md": text,
        "is_paused_upon_creation": False,
        "default_args": {"owner": "evergreen", "execution_timeout": timedelta(hours=1), **RETRIES},
    }
