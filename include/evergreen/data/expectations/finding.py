"""From Great Expectations' result to an outcome of the report: counts and a sentence, no value of a row."""

import datetime as dt
import math
import numbers
from typing import Any, Literal

import pandas as pd
from great_expectations.core import ExpectationValidationResult

from evergreen.records.validation import ExpectationOutcome, Severity

SENTENCE_LIMIT = 400
ARGUMENT_LIMIT = 60
EXCEPTION_LIMIT = 200
_EXACT = 2**53
_SHOWN = ("min_value", "max_value", "strict_min", "strict_max", "mostly", "value", "type_", "regex", "value_set")
# Their observed value is a value of some row, or a list of them.
_PRIVATE = ("most_common_value", "distinct_values")
_KEPT = {
    "element_count", "unexpected_count", "unexpected_percent", "missing_count", "missing_percent", "observed_value",
    "unexpected_percent_total", "unexpected_percent_nonmissing", "missing_from_column_count",
}  # fmt: skip


def redacted(result: ExpectationValidationResult) -> ExpectationValidationResult:
    """The result with counts and observed numbers or times only, and with a bounded message of what was raised."""
    config = result.expectation_config
    name = config.type if config else ""
    kept = {key: value for key, value in (result.result or {}).items() if key in _KEPT}
    if "observed_value" in kept:
        kept["observed_value"] = _observed(name, kept["observed_value"])
    result.result = kept
    info = result.exception_info or {}
    if not info.get("raised_exception") and info:
        raised = [value for value in info.values() if isinstance(value, dict) and value.get("raised_exception")]
        info = raised[0] if raised else info
    if info.get("raised_exception"):
        message = " ".join(str(info.get("exception_message") or "no message").split())[:EXCEPTION_LIMIT]
        result.exception_info = {"raised_exception": True, "exception_message": message, "exception_traceback": ""}
    return result


def outcome(
    result: ExpectationValidationResult, severity: Severity, engine: Literal["duckdb", "gx"]
) -> ExpectationOutcome:
    """What a ``redacted`` result says.

    Parameters
    ----------
    severity
        Of the suite; a failure keeps it whatever went wrong.
    engine
        Who measured.
    """
    config = result.expectation_config
    if config is None:
        raise ValueError("a result without its expectation")
    found = result.result or {}
    return ExpectationOutcome(
        expectation=config.type,
        column=_column(config.kwargs),
        severity=severity,
        success=bool(result.success),
        engine=engine,
        observed=found.get("observed_value"),
        element_count=_count(found.get("element_count")),
        unexpected_count=_count(found.get("unexpected_count")),
        sentence=_sentence(config.type, config.kwargs, result)[:SENTENCE_LIMIT],
    )


def _observed(name: str, value: Any) -> Any:
    if value is None or value is pd.NaT:
        return None
    if name.startswith("expect_table_columns") and isinstance(value, list):
        return [str(item) for item in value]
    if any(part in name for part in _PRIVATE):
        return f"{len(value)} values" if isinstance(value, list | set | tuple) else "a value"
    if isinstance(value, dt.date):
        return value.isoformat()
    if name == "expect_column_type_to_be":
        return str(value)
    return _number(value)


def _number(value: Any) -> float | int | str | bool | None:
    if isinstance(value, bool):
        return value
    if not isinstance(value, numbers.Real):
        return f"a {type(value).__name__}"
    number = float(value)
    if not math.isfinite(number):
        return None if math.isnan(number) else str(number)
    return int(number) if number.is_integer() and abs(number) < _EXACT else number


def _column(kwargs: dict[str, Any]) -> str | None:
    if "column" in kwargs:
        return str(kwargs["column"])
    listed = kwargs.get("column_list") or [kwargs[key] for key in ("column_A", "column_B") if key in kwargs]
    return ", ".join(map(str, listed)) if isinstance(listed, list) and listed else None


def _count(value: Any) -> int | None:
    return None if value is None else int(value)


def _sentence(name: str, kwargs: dict[str, Any], result: ExpectationValidationResult) -> str:
    words = name.removeprefix("expect_").removeprefix("column_" if "column" in kwargs else "").replace("_", " ")
    shown = ", ".join(f"{key} {_argument(kwargs[key])}" for key in _SHOWN if kwargs.get(key) is not None)
    column = _column(kwargs)
    return f"{column + ': ' if column else ''}{words}{f' ({shown})' if shown else ''}: {_finding(result)}."


def _argument(value: Any) -> str:
    if isinstance(value, list | set | tuple):
        return f"of {len(value)}"
    written = value.isoformat() if isinstance(value, dt.datetime | dt.date) else str(value)
    return written if len(written) <= ARGUMENT_LIMIT else written[: ARGUMENT_LIMIT - 1] + "…"


def _finding(result: ExpectationValidationResult) -> str:
    found, info = result.result or {}, result.exception_info or {}
    if info.get("raised_exception"):
        return f"could not be judged, {info['exception_message']}"
    if found.get("element_count") is not None:
        return _of_rows(found)
    counts = (
        (found.get("unexpected_count"), "distinct values outside of the set"),
        (found.get("missing_from_column_count"), "of the set do not occur"),
    )
    said = [f"{count:,} {words}" for count, words in counts if count is not None]
    return ", ".join(said) or _of_observed(found.get("observed_value"), met=bool(result.success))


def _of_rows(found: dict[str, Any]) -> str:
    total, unexpected, missing = found["element_count"], found.get("unexpected_count") or 0, found.get("missing_count")
    if total == 0:
        return "no rows"
    others = f", {missing:,} missing" if missing else ""
    return f"{unexpected:,} of {total:,} unexpected ({unexpected / total:.2%}){others}"


def _of_observed(observed: Any, *, met: bool) -> str:
    if observed is None:
        return "met" if met else "nothing was observed"
    if isinstance(observed, list):
        return f"{len(observed):,} columns"
    return f"observed {observed:,.6g}" if isinstance(observed, float) else f"observed {observed}"
