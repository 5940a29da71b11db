"""The chain without Airflow: how runs end, and that a run may be killed anywhere."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from evergreen.core.clock import frozen
from evergreen.core.errors import OutageError, Refused, RunError
from evergreen.flows import chain, release, retrain
from evergreen.flows.ledger import Ledger
from evergreen.records.refit import Refit
from evergreen.records.report import Outcome
from evergreen.records.snapshot import Snapshot
from evergreen.records.validation import ValidationReport

from .conftest import SUITE, Place, promote

FEBRUARY, MARCH = datetime(2013, 2, 1, tzinfo=UTC), datetime(2013, 3, 1, tzinfo=UTC)
STEPS = ("snapshot", "validate", "split", "train", "register", "package", "evaluate", "gate", "refit")


def test_a_first_model_becomes_challenger_and_then_champion(place: Place) -> None:
    report = chain.retrain(place.ws, place.run("first", FEBRUARY))
    assert report.outcome is Outcome.CHALLENGER
    refit = Ledger(place.ws.store, "small", "first").read("refit", Refit)
    assert place.ws.registry.aliases("small") == {"challenger": refit.version.number}
    promote(place, "first")
    state = place.ws.journal.state()
    assert state.champion is not None
    assert (state.champion.package, state.champion.version) == (refit.package.sha256, refit.version.number)
    assert place.ws.registry.aliases("small") == {"champion": refit.version.number}
    assert release.report(place.ws, "first").outcome is Outcome.PROMOTED
    journal = b"".join(entry.to_json() for entry in place.ws.journal.entries())
    assert [name for name in (b'"1-0"', b'"1-17"', b'"AA"') if name in journal] == []  # keys and values of rows


def test_the_refit_knows_rows_that_the_gated_recipe_did_not(trained: Place) -> None:
    refit = Ledger(trained.ws.store, "small", "first").read("refit", Refit)
    assert refit.candidate.fitted_on == "mature"
    assert refit.candidate.data.end == FEBRUARY
    assert refit.gated != refit.package.sha256


def test_the_same_inputs_are_computed_once(trained: Place) -> None:
    versions, entries = trained.ws.registry.versions("small"), len(list(trained.ws.journal.entries()))
    report = chain.retrain(trained.ws, trained.run("second", FEBRUARY))
    assert report.outcome is Outcome.CHALLENGER
    assert trained.ws.registry.versions("small") == versions
    assert len(list(trained.ws.journal.entries())) == entries


def test_force_computes_everything_anew(trained: Place) -> None:
    before = len(trained.ws.registry.versions("small"))
    chain.retrain(trained.ws, trained.run("forced", FEBRUARY, nonce="x"))
    assert len(trained.ws.registry.versions("small")) == 2 * before


def test_a_run_killed_after_every_step_and_resumed_ends_alike(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(real: Any, *arguments: Any) -> None:
        real(*arguments)
        raise KeyboardInterrupt

    for step in STEPS:
        with monkeypatch.context() as patched:
            patched.setattr(retrain, step, partial(killed, getattr(retrain, step)))
            with pytest.raises(KeyboardInterrupt):
                chain.retrain(place.ws, place.run("first", FEBRUARY))
    report = chain.retrain(place.ws, place.run("first", FEBRUARY))
    assert report.outcome is Outcome.CHALLENGER
    assert len(place.ws.registry.versions("small")) == 2
    kinds = [entry.kind for entry in place.ws.journal.entries()]
    assert kinds == ["snapshot", "evaluation", "verdict"]


def test_a_dry_run_judges_and_nothing_becomes_challenger(place: Place) -> None:
    report = chain.retrain(place.ws, place.run("dry", FEBRUARY, dry_run=True))
    assert report.outcome is Outcome.DRY_RUN_PASSED
    assert place.ws.journal.state().challenger is None
    assert place.ws.registry.aliases("small") == {}
    with pytest.raises(Refused, match="no longer the challenger"):
        release.approve(place.ws, "dry")


def test_refused_data_end_the_run_before_anything_is_trained(place: Place) -> None:
    place.land(1, rows=400)
    report = chain.retrain(place.ws, place.run("few", FEBRUARY))
    assert report.outcome is Outcome.REFUSED_DATA
    assert not Ledger(place.ws.store, "small", "few").read("validate", ValidationReport).passed
    assert place.ws.registry.versions("small") == ()
    assert "critical" in report.text


def test_a_worse_challenger_is_refused_and_the_champion_stays(reigning: Place) -> None:
    champion = reigning.ws.journal.state().champion
    reigning.land(2)
    reigning.demand(margin=0.0)
    report = chain.retrain(reigning.ws, reigning.run("worse", MARCH, hyperparameters={"max_iter": 1}))
    assert report.outcome is Outcome.REFUSED_GATES
    assert "below the champion" in report.text
    assert champion is not None
    assert reigning.ws.journal.state().champion == champion


def test_a_better_challenger_replaces_a_stale_champion(reigning: Place) -> None:
    first = reigning.ws.journal.state().champion
    reigning.land(2)
    assert chain.retrain(reigning.ws, reigning.run("second", MARCH)).outcome is Outcome.CHALLENGER
    promote(reigning, "second")
    state = reigning.ws.journal.state()
    assert state.previous is not None
    assert first is not None
    assert state.previous.package == first.package


def test_a_newer_challenger_supersedes_one_that_waits(trained: Place) -> None:
    trained.land(2)
    chain.retrain(trained.ws, trained.run("second", MARCH))
    with pytest.raises(Refused, match="no longer the challenger"):
        release.approve(trained.ws, "first")
    assert release.report(trained.ws, "first").outcome is Outcome.NOT_PROMOTED
    promote(trained, "second")


def test_a_step_before_its_time_says_what_comes_first(place: Place) -> None:
    run = retrain.begin(place.ws, place.run("early", FEBRUARY))
    with pytest.raises(RunError, match="'snapshot'"):
        retrain.validate(place.ws, run)
    with pytest.raises(RunError, match="no run 'never'"):
        retrain.resume(place.ws, "never")


def test_a_run_keeps_what_it_was_first_asked(place: Place) -> None:
    first = retrain.begin(place.ws, place.run("one", FEBRUARY))
    assert retrain.begin(place.ws, place.run("one", MARCH)) == first


def test_a_time_that_has_not_come_is_refused(place: Place) -> None:
    with frozen(FEBRUARY), pytest.raises(RunError, match="in the future"):
        retrain.begin(place.ws, place.run("early", MARCH))


def test_a_recipe_that_changed_after_the_gates_is_not_refitted(place: Place) -> None:
    run = retrain.begin(place.ws, place.run("first", FEBRUARY))
    for step in STEPS[:-1]:
        getattr(retrain, step)(place.ws, run)
    recipe = place.ws.folder / "pipeline.py"
    recipe.write_text(recipe.read_text() + "\n# another recipe\n")
    with pytest.raises(RunError, match="code changed after run 'first' had passed the gates"):
        retrain.refit(place.ws, run)
    assert place.ws.journal.state().challenger is None


def test_bounds_of_the_refit_that_change_judge_it_anew(place: Place) -> None:
    place.bound(min_correlation=1.0)
    assert chain.retrain(place.ws, place.run("strict", FEBRUARY)).outcome is Outcome.REFUSED_REFIT
    place.bound(min_correlation=0.0)
    assert chain.retrain(place.ws, place.run("lenient", FEBRUARY)).outcome is Outcome.CHALLENGER


def test_a_refused_snapshot_is_not_what_the_next_is_compared_with(trained: Place) -> None:
    trained.land(2, rows=10)
    (trained.ws.folder / "expectations.yaml").write_text(SUITE.replace("500", "5000"))
    march = trained.run("few", MARCH)
    assert chain.retrain(trained.ws, march).outcome is Outcome.REFUSED_DATA
    april = trained.run("next", datetime(2013, 4, 1, tzinfo=UTC))
    previous = retrain.previous_validation(trained.ws, april)
    assert previous is not None
    assert previous.snapshot == Ledger(trained.ws.store, "small", "first").read("snapshot", Snapshot).digest


def test_an_outage_of_the_registry_after_a_promotion_does_not_unsay_it(
    trained: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    release.approve(trained.ws, "first")
    release.release(trained.ws, "first")

    def down(*_: Any) -> None:
        raise OutageError("MLflow does not answer.")

    with monkeypatch.context() as patched:
        patched.setattr(trained.ws.registry, "set_alias", down)
        with pytest.raises(OutageError):
            release.promote(trained.ws, "first")
    assert release.report(trained.ws, "first").outcome is Outcome.PROMOTED
    release.promote(trained.ws, "first")
    assert "champion" in trained.ws.registry.aliases("small")
