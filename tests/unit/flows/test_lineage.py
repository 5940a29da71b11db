"""Where versions come from, what depends on data, and that a version comes again, by a real small model in memory."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.unit.stores.logged import predictions

from evergreen.cli.lineage import touched_by
from evergreen.core.code import sources_of
from evergreen.core.errors import IntegrityError, RunError
from evergreen.core.settings import settings
from evergreen.flows import chain
from evergreen.flows import reproduce as flow
from evergreen.flows.ledger import Ledger
from evergreen.flows.lineage import impact, lineage
from evergreen.flows.reproduce import reproduce
from evergreen.flows.trace import keep_folder, kept_code, key_of
from evergreen.records.interval import Interval
from evergreen.records.lineage import Answered, Lineage
from evergreen.records.refit import Refit
from evergreen.records.snapshot import Snapshot
from evergreen.spec.model import ModelSpec
from evergreen.stores.predictions import PredictionLog
from evergreen.training import provenance, recipe

from .conftest import Place, promote

FEBRUARY, MARCH = datetime(2013, 2, 1, tzinfo=UTC), datetime(2013, 3, 1, tzinfo=UTC)
RAW = "small/raw/start=2013-01-01/end=2013-02-01/rows.parquet"


def stored(place: Place) -> dict[str, str]:
    return {info.key: info.etag for info in place.ws.store.list("")}


def test_a_version_knows_all_that_went_into_it(trained: Place) -> None:
    ledger = Ledger(trained.ws.store, "small", "first")
    refit, data = ledger.read("refit", Refit), ledger.read("snapshot", Snapshot)
    found = lineage(trained.ws, 2)
    assert (found.package, found.candidate) == (refit.package.sha256, refit.candidate)
    assert found.run == ledger.run()
    assert [u.source for u in found.sources] == [p.source for p in data.parts]
    assert found.candidate.spec == trained.ws.spec.digest
    assert found.champion is None
    assert found.predictions.rows > 0
    assert lineage(trained.ws, 1).predictions != found.predictions


def test_a_record_that_says_something_else_than_the_journal_is_found(trained: Place) -> None:
    found = lineage(trained.ws, 2)
    forged = replace(found, candidate=replace(found.candidate, snapshot="0" * 64))
    trained.ws.store.put(key_of("small", 2), forged.to_json())
    with pytest.raises(IntegrityError, match="not what the journal says"):
        lineage(trained.ws, 2)
    with pytest.raises(RunError, match="no lineage of version 9"):
        lineage(trained.ws, 9)


def test_impact_names_versions_and_when_they_served(trained: Place) -> None:
    promote(trained, "first")
    trained.land(2)
    chain.retrain(trained.ws, trained.run("second", MARCH))
    promote(trained, "second")
    january = impact(trained.ws, RAW)
    assert [(t.version, t.fitted, len(t.served)) for t in january.versions] == [
        (1, True, 0),
        (2, True, 1),
        (3, True, 0),
        (4, True, 1),
    ]
    first, second = january.versions[1].served[0], january.versions[3].served[0]
    assert first.until == second.since
    assert second.until is None
    assert january.prediction_windows == ()
    february = impact(trained.ws, RAW.replace("01-01", "02-01").replace("end=2013-02", "end=2013-03"))
    assert [t.version for t in february.versions] == [3, 4]
    assert [t.version for t in impact(trained.ws, "small/raw/").versions] == [1, 2, 3, 4]


def test_impact_names_what_a_version_answered(trained: Place) -> None:
    columns, rows = trained.ws.spec.columns, 30
    log = PredictionLog(trained.ws.store, "small")
    for version, day in ((2, 0), (2, 5), (9, 7)):
        table = predictions(rows, start=FEBRUARY + timedelta(days=day), version=pa.array([version] * rows, pa.int32()))
        table = table.drop_columns([name for name in table.column_names if name.startswith(("context_", "feature_"))])
        for name in columns.features.numeric:
            table = table.append_column(f"feature_{name}", pa.array([1.0] * rows))
        for name in columns.features.categorical:
            table = table.append_column(f"feature_{name}", pa.array(["A"] * rows))
        log.append(trained.ws.spec, table)
    found = impact(trained.ws, RAW)
    events = Interval(start=FEBRUARY, end=FEBRUARY + timedelta(days=5, hours=30))
    assert [t.answered for t in found.versions] == [None, Answered(events=events, rows=60)]
    assert found.prediction_windows == (events,)
    assert "60 answers, of 2013-02-01 00:00 to 2013-02-07 06:00 UTC" in touched_by(found)


def test_impact_by_digest_and_etag(trained: Place) -> None:
    found = lineage(trained.ws, 2)
    etag, part = found.sources[0].source.etag, found.sources[0].part
    for asked in (etag, part, part[:12], found.candidate.snapshot, f"s3://evergreen/{RAW}"):
        assert [t.version for t in impact(trained.ws, asked).versions] == [1, 2]
    assert impact(trained.ws, part[:11]).versions == ()
    assert impact(trained.ws, "small/raw/other").versions == ()


@pytest.mark.parametrize("version", [1, 2])
def test_a_version_comes_again_bit_by_bit_and_nothing_is_touched(trained: Place, version: int) -> None:
    before, entries = stored(trained), trained.ws.journal.state().sequence
    versions = trained.ws.registry.versions("small")
    found = reproduce(trained.ws, version)
    assert (found.equal, found.deviations) == (True, ())
    assert "equal bit by bit" in found.sentence
    assert stored(trained) == before
    assert trained.ws.journal.state().sequence == entries
    assert trained.ws.registry.versions("small") == versions


def test_it_is_made_of_the_code_and_spec_of_then(trained: Place, write_recipe: Callable[..., Path]) -> None:
    write_recipe("def build(**_): raise RuntimeError")
    trained.ws = replace(trained.ws, spec=_with_seed(trained, 8))
    assert reproduce(trained.ws, 2).equal


def test_changed_code_is_named(trained: Place, write_recipe: Callable[..., Path]) -> None:
    source = (trained.ws.folder / "pipeline.py").read_text()
    write_recipe(source.replace("max_iter=max_iter,", "max_iter=max_iter + 1,"))
    found = reproduce(trained.ws, 2, present=True)
    assert not found.equal
    assert [d.input for d in found.deviations] == ["code of the folder"]


def test_a_changed_seed_is_named(trained: Place) -> None:
    trained.ws = replace(trained.ws, spec=_with_seed(trained, 8))
    found = reproduce(trained.ws, 2, present=True)
    assert [(d.input, d.recorded, d.now) for d in found.deviations] == [("seed", "0", "8")]


def test_changed_packages_and_threads_are_named(trained: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    text = provenance.environment().replace("numpy==", "numpy==0.")
    for module in (recipe, flow):
        monkeypatch.setattr(module, "environment", lambda: text)
    monkeypatch.setenv("EVERGREEN_THREADS", "2")
    settings.cache_clear()
    found = reproduce(trained.ws, 2)
    assert [d.input for d in found.deviations] == ["environment", "library threads"]
    assert "numpy==" in found.deviations[0].advice
    assert found.deviations[1].advice == "set EVERGREEN_THREADS=1"


def test_changed_and_lost_data_are_named(trained: Place) -> None:
    data = Ledger(trained.ws.store, "small", "first").read("snapshot", Snapshot)
    key = data.parts[0].key
    table = pq.read_table(io.BytesIO(trained.ws.store.get(key)))
    other = table.set_column(table.column_names.index("wind"), "wind", pa.array([1.0] * len(table)))
    buffer = io.BytesIO()
    pq.write_table(other, buffer)
    trained.ws.store.put(key, buffer.getvalue())
    _forget_copies()
    found = reproduce(trained.ws, 2)
    assert not found.equal
    assert [d.input for d in found.deviations] == ["data"]
    assert key in found.deviations[0].now
    trained.ws.store.delete(key)
    _forget_copies()
    lost = reproduce(trained.ws, 2)
    assert lost.rebuilt is None
    assert [d.input for d in lost.deviations] == ["data"]
    assert lost.sentence.endswith("cannot be made again.")


def test_a_version_met_again_keeps_its_lineage(trained: Place) -> None:
    before = trained.ws.store.get(key_of("small", 2))
    chain.retrain(trained.ws, trained.run("again", FEBRUARY))
    assert trained.ws.store.get(key_of("small", 2)) == before
    assert Lineage.from_json(before).run.run_id == "first"


def test_code_that_a_link_leads_to_is_not_kept(place: Place, tmp_path: Path) -> None:
    secret = tmp_path / "elsewhere.py"
    secret.write_text("KEY = 'secret-4711'\n")
    (place.ws.folder / "linked.py").symlink_to(secret)
    keep_folder(place.ws)
    kept = [place.ws.store.get(info.key) for info in place.ws.store.list("small/code/")]
    assert len(kept) == 1
    assert b"secret-4711" not in kept[0]


def test_code_is_kept_to_the_byte(place: Place) -> None:
    text = "# coding: latin-1\r\nNAME = 'Z\xfcrich'\r\n".encode("latin-1")
    (place.ws.folder / "names.py").write_bytes(text)
    keep_folder(place.ws)
    digest = sources_of(place.ws.folder)
    assert kept_code(place.ws.store, "small", digest)["names.py"] == text
    place.ws.store.put(f"small/code/{digest}.json", b'{"names.py": "pass"}')
    with pytest.raises(IntegrityError, match="changed after it was written"):
        kept_code(place.ws.store, "small", digest)


def _with_seed(place: Place, seed: int) -> ModelSpec:
    training = place.ws.spec.training.model_copy(update={"seed": seed})
    return place.ws.spec.model_copy(update={"training": training})


def _forget_copies() -> None:
    """Copies on this disk hide what happened in the store."""
    for path in (settings().work_dir / "cache").rglob("*.parquet"):
        path.unlink()
