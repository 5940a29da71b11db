"""The auditor's table, and the same rows as tags."""

from tests.unit.journal.story import origin_of

from evergreen.records.account import Account, Bias
from evergreen.records.verdict import Judgement
from evergreen.registry.tags import COLUMNS, row_of, row_of_tags, tags_of

ACCOUNT = Account(
    model="loans",
    package="p",
    origin=origin_of(7),
    evaluation="e",
    metrics={"roc_auc": 0.71234, "brier": 0.1},
    bias=(
        Bias(column="sex", measure="demographic_parity_difference", value=0.0312),
        Bias(column="sex x age", measure="disparate_impact_ratio", value=None),
    ),
    judgement=Judgement.PASS,
    owner="Ada",
    sensitive=("sex",),
    approved=True,
    approved_by="ben",
)


def test_every_question_has_an_answer() -> None:
    assert row_of(ACCOUNT) == {
        "model_id": "loans/7",
        "name": "loans",
        "version": "7",
        "git_commit": "c0ffee",
        "snapshot": "s",
        "metrics": "roc_auc 0.7123, brier 0.1000",
        "bias": "sex demographic_parity_difference 0.0312, sex x age disparate_impact_ratio too few rows",
        "approved_for_staging": "yes",
        "approved_for_production": "yes",
        "approved_by": "ben",
    }


def test_what_nobody_has_answered_is_pending() -> None:
    waiting = Account(model="m", package="p", origin=origin_of(1), evaluation="", metrics={}, bias=())
    row = row_of(waiting)
    assert (row["approved_for_staging"], row["approved_for_production"]) == ("pending", "pending")
    assert row["bias"] == "no sensitive columns"
    refused = Account(
        model="m", package="p", origin=origin_of(1), evaluation="", metrics={}, bias=(), judgement=Judgement.FAIL,
        sensitive=("sex",), approved=False, approved_by="ben",
    )  # fmt: skip
    row = row_of(refused)
    assert (row["approved_for_staging"], row["approved_for_production"], row["bias"]) == ("no", "no", "not measured")


def test_a_tag_for_each_column_and_none_empty() -> None:
    tags = tags_of(Account(model="m", package="p", origin=origin_of(1), evaluation="", metrics={}, bias=()))
    assert set(tags) == {f"evergreen.{name}" for name in COLUMNS}
    assert all(tags.values())


def test_a_version_that_was_never_measured_has_a_row() -> None:
    row = row_of_tags("m", 3, {"evergreen.git_commit": "c0ffee", "evergreen.snapshot": "s", "other": "x"})
    assert set(row) == set(COLUMNS)
    assert (row["model_id"], row["git_commit"], row["snapshot"], row["approved_for_staging"]) == (
        "m/3", "c0ffee", "s", "pending",
    )  # fmt: skip
