"""Our own rules hold, and each one catches what it forbids."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from . import rules
from .source import ROOT, Module, modules, with_violation
from .tree import put

Rule = Callable[[Iterable[Module]], Iterator[str]]

# Modules, or folders of modules of one shape, that the test of a whole covers: what calls them, or their contract suite.
COVERED_BY = {
    "include/evergreen/cli/approval.py": "e2e/test_approval.py",
    "include/evergreen/cards/": "unit/flows/test_card.py",
    "include/evergreen/cli/card.py": "e2e/test_story.py",
    "include/evergreen/cli/demo.py": "e2e/test_story.py",
    "include/evergreen/cli/fleet.py": "integration/stores/test_read_model.py",
    "include/evergreen/cli/forget.py": "unit/flows/test_forget.py",
    "include/evergreen/cli/govern.py": "e2e/test_governed.py",
    "include/evergreen/cli/landed.py": "e2e/test_on_data.py",
    "include/evergreen/cli/monitor.py": "e2e/test_replay.py",
    "include/evergreen/cli/output.py": "unit/cli/test_models.py",
    "include/evergreen/cli/release.py": "e2e/test_story.py",
    "include/evergreen/cli/replay.py": "e2e/test_replay.py",
    "include/evergreen/cli/requests.py": "e2e/test_story.py",
    "include/evergreen/cli/rollback.py": "e2e/test_governed.py",
    "include/evergreen/cli/score.py": "e2e/test_replay.py",
    "include/evergreen/core/errors.py": "unit/records/test_base.py",
    "include/evergreen/core/value.py": "unit/training/test_hyperparameters.py",
    "include/evergreen/data/altered.py": "unit/flows/test_lineage.py",
    "include/evergreen/data/columns.py": "unit/data/test_snapshot.py",
    "include/evergreen/data/epoch.py": "unit/data/test_split.py",
    "include/evergreen/data/expectations/": "unit/data/expectations/test_contract.py",
    "include/evergreen/data/findings.py": "unit/data/test_snapshot.py",
    "include/evergreen/data/forget.py": "unit/flows/test_forget.py",
    "include/evergreen/data/person.py": "unit/flows/test_forget.py",
    "include/evergreen/data/logged.py": "unit/flows/test_forget.py",
    "include/evergreen/data/superseded.py": "unit/flows/test_forget.py",
    "include/evergreen/data/keys.py": "unit/data/test_split.py",
    "include/evergreen/data/parts.py": "unit/data/test_snapshot.py",
    "include/evergreen/data/propose.py": "unit/data/test_validate.py",
    "include/evergreen/data/raw.py": "unit/data/test_snapshot.py",
    "include/evergreen/data/window.py": "unit/data/test_snapshot.py",
    "include/evergreen/measures/holdout.py": "unit/evaluation/test_evaluate.py",
    "include/evergreen/measures/classes.py": "unit/evaluation/test_evaluate.py",
    "include/evergreen/measures/measure.py": "unit/evaluation/test_evaluate.py",
    "include/evergreen/measures/groups.py": "unit/measures/test_disparities.py",
    "include/evergreen/evaluation/predictions.py": "unit/flows/test_lineage.py",
    "include/evergreen/measures/parts.py": "unit/measures/test_slices.py",
    "include/evergreen/measures/scoring.py": "unit/evaluation/test_evaluate.py",
    "include/evergreen/flows/looks.py": "unit/flows/test_gauges.py",
    "include/evergreen/flows/": "unit/flows/test_chain.py",
    "include/evergreen/gates/": "unit/gates/test_gate.py",
    "include/evergreen/jail/": "unit/jail/test_call.py",
    "include/evergreen/journal/entry.py": "unit/journal/test_journal.py",
    "include/evergreen/journal/forget.py": "unit/flows/test_forget.py",
    "include/evergreen/journal/fold.py": "unit/journal/test_journal.py",
    "include/evergreen/journal/served.py": "unit/journal/test_requests.py",
    "include/evergreen/journal/state.py": "unit/journal/test_journal.py",
    "include/evergreen/monitoring/binned.py": "unit/monitoring/test_reference.py",
    "include/evergreen/monitoring/distance.py": "unit/monitoring/test_drift.py",
    "include/evergreen/monitoring/grouped.py": "unit/monitoring/test_drift.py",
    "include/evergreen/monitoring/pictures.py": "unit/monitoring/test_drift_page.py",
    "include/evergreen/monitoring/significance.py": "unit/monitoring/test_drift.py",
    "include/evergreen/monitoring/wording.py": "unit/monitoring/test_drift.py",
    "include/evergreen/monitoring/doing.py": "unit/monitoring/test_findings.py",
    "include/evergreen/monitoring/drifting.py": "unit/monitoring/test_findings.py",
    "include/evergreen/monitoring/held.py": "unit/monitoring/test_findings.py",
    "include/evergreen/monitoring/parquet.py": "unit/monitoring/test_profile.py",
    "include/evergreen/monitoring/served.py": "unit/monitoring/test_performance.py",
    "include/evergreen/monitoring/truth.py": "unit/monitoring/test_performance.py",
    "include/evergreen/pages/": "unit/flows/test_card.py",
    "include/evergreen/records/": "unit/records/test_contract.py",
    "include/evergreen/release/answer.py": "unit/release/test_approve.py",
    "include/evergreen/registry/erasure.py": "unit/flows/test_forget.py",
    "include/evergreen/registry/inspection.py": "unit/flows/test_govern.py",
    "include/evergreen/spec/card.py": "unit/flows/test_card.py",
    "include/evergreen/spec/watching.py": "unit/spec/test_monitoring.py",
    "include/evergreen/spec/circumstances.py": "unit/spec/test_gates.py",
    "include/evergreen/spec/groups.py": "unit/spec/test_gates.py",
    "include/evergreen/spec/performance.py": "unit/spec/test_gates.py",
    "include/evergreen/spec/rule.py": "unit/spec/test_gates.py",
    "include/evergreen/stats/histogram_kernels.py": "unit/stats/test_histogram.py",
    "include/evergreen/stats/expectation_kernels.py": "unit/stats/test_expectation.py",
    "include/evergreen/stores/read_model.py": "integration/stores/test_read_model.py",
    "include/evergreen/stores/read_model_layout.py": "integration/stores/test_read_model.py",
    "include/evergreen/stores/airflow.py": "e2e/test_story.py",
    "include/evergreen/stores/airflow_people.py": "e2e/test_approval.py",
    "include/evergreen/stores/memory.py": "unit/stores/test_object_store_contract.py",
    "include/evergreen/stores/memory_people.py": "unit/flows/test_approval.py",
    "include/evergreen/stores/memory_mlflow.py": "unit/flows/test_chain.py",
    "include/evergreen/stores/memory_registry.py": "unit/stores/test_model_registry_contract.py",
    "include/evergreen/stores/mlflow.py": "integration/mlflow/test_store.py",
    "include/evergreen/stores/people.py": "unit/flows/test_approval.py",
    "include/evergreen/stores/mlflow_anchors.py": "integration/mlflow/test_anchors.py",
    "include/evergreen/stores/ports.py": "unit/stores/test_object_store_contract.py",
    "include/evergreen/stores/duplicates.py": "unit/stores/test_prediction_log_contract.py",
    "include/evergreen/stores/log_erasure.py": "unit/flows/test_forget.py",
    "include/evergreen/stores/log_layout.py": "unit/stores/test_prediction_log_contract.py",
    "include/evergreen/stores/partitions.py": "unit/stores/test_prediction_log_contract.py",
    "include/evergreen/stores/predictions.py": "unit/stores/test_prediction_log_contract.py",
    "include/evergreen/stores/s3_versions.py": "integration/stores/test_s3.py",
    "include/evergreen/stores/s3_answers.py": "unit/stores/test_s3.py",
    "plugins/evergreen_airflow/fab_users.py": "e2e/test_approval.py",
    "plugins/evergreen_airflow/dags/": "unit/dags/test_files.py",
    "plugins/evergreen_airflow/operators/": "unit/evergreen_airflow/operators/test_step.py",
    "plugins/evergreen_airflow/ui/": "unit/evergreen_airflow/ui/test_page.py",
}

LONG = "\n".join(f"    x = {i}" for i in range(41))
VIOLATIONS: list[tuple[Rule, str, str, str]] = [
    (
        rules.dags_never_import_evergreen,
        "dags/wild.py",
        "from evergreen.flows import retrain",
        "imports evergreen.flows",
    ),
    (rules.dags_never_import_evergreen, "dags/wild.py", "def late():\n    import evergreen", "imports evergreen"),
    (
        rules.only_settings_read_the_environment,
        "include/evergreen/core/digest.py",
        "import os\nX = os.environ['X']",
        "reads",
    ),
    (
        rules.only_settings_read_the_environment,
        "include/evergreen/core/digest.py",
        "import os\nX = os.getenv('X')",
        "reads",
    ),
    (
        rules.only_settings_read_the_environment,
        "plugins/evergreen_airflow/__init__.py",
        "from os import environ",
        "os.environ",
    ),
    (rules.only_the_clock_asks_for_now, "include/evergreen/core/digest.py", "X = datetime.now()", "asks datetime"),
    (rules.only_the_clock_asks_for_now, "include/evergreen/core/digest.py", "X = datetime.date.today()", "asks date"),
    (rules.light_rooms_start_light, "include/evergreen/records/base.py", "import pandas as pd", "imports pandas"),
    (
        rules.light_rooms_start_light,
        "plugins/evergreen_airflow/__init__.py",
        "from sklearn.base import clone",
        "imports sklearn",
    ),
    (
        rules.light_rooms_start_light,
        "plugins/evergreen_plugin.py",
        "try:\n    import mlflow\nfinally:\n    pass",
        "imports mlflow",
    ),
    (rules.light_rooms_start_light, "dags/wild.py", "if True:\n    import duckdb", "imports duckdb"),
    (
        rules.one_door_to_champion,
        "include/evergreen/flows/release.py",
        "X = Draft(kind=Kind.PROMOTION, key='k', body={})",
        "drafts a champion",
    ),
    (
        rules.one_door_to_champion,
        "include/evergreen/journal/requests.py",
        "X = Draft(kind='rollback', key='k', body={})",
        "drafts a champion",
    ),
    (
        rules.one_door_to_champion,
        "plugins/evergreen_airflow/runs.py",
        "X = Draft(kind=y, key='k')",
        "drafts a champion",
    ),
    (
        rules.one_door_to_champion,
        "include/evergreen/flows/follow.py",
        "r.set_alias('m', 'champion', 1)",
        "moves an alias",
    ),
    (rules.modules_are_short, "include/evergreen/core/digest.py", "\n" * 250, "lines, more than 250"),
    (rules.functions_are_short, "dags/wild.py", f"def long():\n{LONG}", "long has 42 lines"),
    (rules.names_say_something, "include/evergreen/core/utils.py", "", "is named utils"),
    (rules.names_say_something, "include/evergreen/helpers/size.py", "", "is named helpers"),
]
RULES = list(dict.fromkeys(rule for rule, _, _, _ in VIOLATIONS))


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.__name__)
def test_the_tree_keeps_the_rule(rule: Rule) -> None:
    assert list(rule(modules())) == []


@pytest.mark.parametrize(
    ("rule", "path", "text", "message"), VIOLATIONS, ids=[f"{v[0].__name__}-{v[1]}" for v in VIOLATIONS]
)
def test_a_violation_is_caught(rule: Rule, path: str, text: str, message: str) -> None:
    found = list(rule(with_violation(modules(), path, text)))
    assert any(message in violation for violation in found), found


def test_a_heavy_import_by_way_of_another_room_is_caught() -> None:
    tree = with_violation(modules(), "include/evergreen/stats/__init__.py", "import scipy.stats")
    tree = with_violation(tree, "include/evergreen/records/base.py", "import evergreen.stats")
    found = list(rules.light_rooms_start_light(tree))
    assert any("evergreen.records.base -> evergreen.stats imports scipy" in violation for violation in found), found


def test_what_is_imported_for_types_alone_is_light() -> None:
    text = "if TYPE_CHECKING:\n    import pandas\n\ndef late():\n    import mlflow"
    assert (
        list(rules.light_rooms_start_light(with_violation(modules(), "include/evergreen/core/digest.py", text))) == []
    )


def test_every_rule_is_tested() -> None:
    written = {
        name
        for name, value in vars(rules).items()
        if callable(value) and getattr(value, "__module__", "") == rules.__name__
    }
    assert {name for name in written if name[0] != "_"} == {rule.__name__ for rule in RULES} | {"modules_have_tests"}


def test_every_module_has_a_test() -> None:
    assert list(rules.modules_have_tests(modules(), ROOT / "tests", COVERED_BY)) == []


def test_a_module_without_a_test_is_caught(tmp_path: Path) -> None:
    tree = [Module("include/evergreen/data/split.py", ""), Module("plugins/evergreen_airflow/operators/split.py", "")]
    said = list(rules.modules_have_tests(tree, tmp_path, {"include/evergreen/gone.py": "unit/test_gone.py"}))
    assert [line.split(" ")[0] for line in said] == [tree[0].path, tree[1].path, "include/evergreen/gone.py"]
    put(tmp_path, "unit/data/test_split.py", "")
    put(tmp_path, "unit/operators/test_contract.py", "")
    covered = {"plugins/evergreen_airflow/operators/": "unit/operators/test_contract.py"}
    assert list(rules.modules_have_tests(tree, tmp_path, covered)) == []
