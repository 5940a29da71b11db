"""From an Airflow DAG run to the `Run` that evergreen records: which way it came, why, and as of when."""

from collections.abc import Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from evergreen.core.errors import RunError
from evergreen.records.run import Run, Way
from evergreen.spec.duration import parse_duration
from evergreen.spec.model import ModelSpec

AUTOMATIC = ("scheduled", "backfill")
FORM_FIELDS = ("as_of", "window", "reason", "dry_run")
REQUEST_FIELDS = ("request_id", "way")
FOREIGN_FIELDS = ("openlineage",)
"""What ``conf`` may hold beside the form's fields: the request that a run serves, and what OpenLineage adds."""


def run_of(context: Mapping[str, Any], spec: ModelSpec) -> Run:
    """What this DAG run was asked to do. The same for every task and every try of a run.

    Raises
    ------
    RunError
        When ``conf`` holds a word that the form does not have, or one that cannot be read.
    """
    dag_run = context["dag_run"]
    conf = dict(dag_run.conf or {})
    _refuse_unknown(spec, conf)
    form = {key: context["params"].get(key) for key in (*FORM_FIELDS, *spec.training.hyperparameters)}
    request_id, way = _request_id(spec, dag_run, conf), _way(dag_run.run_type, conf)
    return Run(
        model=spec.name,
        run_id=dag_run.run_id,
        way=way,
        as_of=_moment(form["as_of"]) if form["as_of"] else _default_as_of(dag_run),
        asked_by=_asked_by(dag_run.triggering_user_name, request_id),
        reason=form["reason"] or _default_reason(way),
        request_id=request_id,
        hyperparameters=_overrides(spec, form),
        window=parse_duration(form["window"]) if form["window"] else None,
        dry_run=bool(form["dry_run"]),
    )


def as_of_run(context: Mapping[str, Any]) -> datetime:
    """The time that the form asks for, or the end of the data interval, or the moment of asking."""
    asked = context["params"].get("as_of")
    return _moment(asked) if asked else _default_as_of(context["dag_run"])


def _refuse_unknown(spec: ModelSpec, conf: Mapping[str, Any]) -> None:
    served = REQUEST_FIELDS if "request_id" in conf else REQUEST_FIELDS[:1]
    known = (*FORM_FIELDS, *served, *FOREIGN_FIELDS, *spec.training.hyperparameters)
    for key in conf:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"the fields are {', '.join(known)}."
            raise RunError(f"{spec.name}: the run's conf has an unknown field {key!r}; {hint} Trigger a new run.")


def _request_id(spec: ModelSpec, dag_run: Any, conf: Mapping[str, Any]) -> str | None:
    """The request that the run serves: only the run that ``drift_watch`` starts for it may say so."""
    from evergreen.flows.requests import run_id_of

    request_id = conf.get("request_id")
    if request_id is not None and dag_run.run_id != run_id_of(str(request_id)):
        raise RunError(
            f"{spec.name}: run {dag_run.run_id!r} cannot serve request {str(request_id)[:100]!r}; "
            f"the run that drift_watch starts for it does. Trigger without request_id."
        )
    return request_id


def _way(run_type: str, conf: Mapping[str, Any]) -> Way:
    if conf.get("request_id"):
        return Way.SCHEDULE if conf.get("way") == Way.SCHEDULE else Way.REQUEST
    return Way.SCHEDULE if run_type in AUTOMATIC else Way.MANUAL


def _asked_by(user: str | None, request_id: str | None) -> str:
    if request_id:
        return f"request:{request_id}"
    return user or "schedule"


def _default_reason(way: Way) -> str:
    return {Way.SCHEDULE: "It was due.", Way.REQUEST: "A request.", Way.MANUAL: "No reason was given."}[way]


def _overrides(spec: ModelSpec, form: Mapping[str, Any]) -> dict[str, Any]:
    """The form sends every field; only what differs from the spec is an override."""
    defaults = {name: parameter.default for name, parameter in spec.training.hyperparameters.items()}
    return {name: form[name] for name, default in defaults.items() if form[name] != default}


def _default_as_of(dag_run: Any) -> datetime:
    """End of the data interval, or the moment of asking."""
    if dag_run.run_type in AUTOMATIC and dag_run.data_interval_end is not None:
        return _utc(dag_run.data_interval_end)
    return _utc(dag_run.logical_date or dag_run.run_after)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise RunError(f"{text!r} is no time: write 2013-07-01T00:00:00Z.") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _utc(moment: datetime) -> datetime:
    """A plain datetime: Airflow's are pendulum's, and become another JSON."""
    return datetime.fromtimestamp(moment.timestamp(), UTC)
