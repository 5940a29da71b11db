"""The form of a retraining run: Airflow shows it from these schemas, and refuses what they do not allow."""

from typing import Any

from airflow.sdk import Param

from evergreen.core.errors import SpecError
from evergreen.spec.model import ModelSpec
from evergreen.spec.training import Hyperparameter
from evergreen_airflow.runs import FOREIGN_FIELDS, FORM_FIELDS

JSON_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}

# JSON Schema leaves ``format`` unchecked; it is what makes Airflow show a calendar.
MOMENT = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$"


def form_of(spec: ModelSpec) -> dict[str, Param]:
    """The fields of the form by name, in the order in which they are shown.

    Raises
    ------
    SpecError
        When a hyperparameter has the name of another field.
    """
    for name in spec.training.hyperparameters:
        if name in (*FORM_FIELDS, *FOREIGN_FIELDS):
            raise SpecError(
                f"{spec.name}: the hyperparameter {name!r} has the name of a field of the trigger form. "
                f"Rename it in model.yaml and in the pipeline function."
            )
    return {**_run_fields(), **{n: _field(n, h) for n, h in spec.training.hyperparameters.items()}}


def _run_fields() -> dict[str, Param]:
    return {
        "as_of": Param(
            None,
            type=["null", "string"],
            format="date-time",
            pattern=MOMENT,
            title="As of",
            description="Nothing that was known only later enters the run. Empty: the end of the run's data interval, or now.",
        ),
        "window": Param(
            None,
            type=["null", "string"],
            pattern=r"^\d{1,6}[wdhms]$",
            title="Training window",
            description="Length of a sliding window that replaces the model's own, such as 60d or 8w. Empty: the model's own.",
        ),
        # Airflow's form demands a text for every field that may not be null.
        "reason": Param(
            None,
            type=["null", "string"],
            maxLength=500,
            title="Reason",
            description="Why; kept with the run and in its report.",
        ),
        "dry_run": Param(
            default=False, type="boolean", title="Dry run", description="Judge, and let nothing become challenger."
        ),
    }


def _field(name: str, hyperparameter: Hyperparameter) -> Param:
    schema: dict[str, Any] = {"title": name, "section": "Hyperparameters"}
    if hyperparameter.choices is not None:
        schema["enum"] = list(hyperparameter.choices)
    else:
        schema["type"] = _types(hyperparameter)
    if hyperparameter.low is not None:
        schema["minimum"] = hyperparameter.low
    if hyperparameter.high is not None:
        schema["maximum"] = hyperparameter.high
    return Param(hyperparameter.default, description=hyperparameter.description or None, **schema)


def _types(hyperparameter: Hyperparameter) -> str | list[str]:
    """The JSON types of default and bounds; ``null`` first, as Airflow's form asks for."""
    known = {
        JSON_TYPES[type(v)] for v in (hyperparameter.low, hyperparameter.high, hyperparameter.default) if v is not None
    }
    if "number" in known:
        known.discard("integer")
    names = (["null"] if hyperparameter.default is None else []) + sorted(known or {"string"})
    return names[0] if len(names) == 1 else names
