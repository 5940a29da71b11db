"""What the options of a run mean, and when a command ends with a refusal."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import typer

from evergreen.cli.retrain import as_asked, asked_for, parse_value, stop_if_refused
from evergreen.core.clock import frozen
from evergreen.core.errors import RunError
from evergreen.records.run import Way
from evergreen.records.verdict import Judgement, RuleOutcome, Verdict

NOON = datetime(2013, 7, 1, 12, tzinfo=UTC)


def ask(**options: Any) -> Any:
    base: dict[str, Any] = {"as_of": None, "window": None, "set_": None, "dry_run": False, "force": False}
    asked = base | options
    return asked_for(
        "m",
        "r",
        asked["as_of"],
        asked["window"],
        asked["set_"],
        "to see",
        dry_run=asked["dry_run"],
        force=asked["force"],
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [("a=1", 1), ("a=0.5", 0.5), ("a=true", True), ("a=null", None), ("a=log_loss", "log_loss"), ("a=", "")],
)
def test_values_are_json_or_text(text: str, value: object) -> None:
    assert parse_value(text) == ("a", value)


def test_a_value_without_a_name_is_refused() -> None:
    with pytest.raises(RunError, match="name=value"):
        parse_value("max_iter")


def test_a_run_asked_for_without_a_time_is_as_of_now() -> None:
    with frozen(NOON):
        run = ask()
    assert (run.as_of, run.way, run.nonce, run.window) == (NOON, Way.MANUAL, "", None)


def test_a_time_on_the_command_line_is_utc() -> None:
    assert ask(as_of=datetime(2013, 7, 1)).as_of == datetime(2013, 7, 1, tzinfo=UTC)  # noqa: DTZ001 (as typer gives it)


def test_window_and_hyperparameters_are_read() -> None:
    run = ask(window="60d", set_=["max_iter=20"])
    assert (run.window, run.hyperparameters) == (timedelta(days=60), {"max_iter": 20})


@pytest.mark.parametrize("options", [{"window": "60x"}, {"set_": ["rate=NaN"]}, {"set_": ["rate=Infinity"]}])
def test_what_cannot_be_read_is_bad_input(options: dict[str, Any]) -> None:
    with pytest.raises(RunError):
        ask(**options)


def test_a_run_that_was_begun_otherwise_is_not_taken_up() -> None:
    begun = ask(as_of=NOON)
    assert as_asked(begun, ask(), given=False) == begun
    with pytest.raises(RunError, match="another as_of"):
        as_asked(begun, ask(as_of=NOON + timedelta(days=1)), given=True)
    with pytest.raises(RunError, match="another dry_run"):
        as_asked(begun, ask(dry_run=True), given=False)
    with pytest.raises(RunError, match="another force"):
        as_asked(begun, ask(force=True), given=False)


def test_two_forced_runs_have_different_keys() -> None:
    assert ask(force=True).nonce != ask(force=True).nonce


def verdict(judgement: Judgement) -> Verdict:
    outcome = RuleOutcome(
        rule="minimum",
        judgement=judgement,
        severity="block",
        sentence="roc_auc is 0.5; 0.6 was asked.",
        value=0.5,
        threshold=0.6,
        low=None,
        high=None,
    )
    return Verdict(model="m", judgement=judgement, package="p", champion=None, evaluation="e", outcomes=(outcome,))


def test_a_refusal_ends_with_exit_code_4_and_its_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        stop_if_refused(verdict(Judgement.FAIL))
    assert ended.value.exit_code == 4
    assert "roc_auc is 0.5" in capsys.readouterr().err
    stop_if_refused(verdict(Judgement.PASS))
