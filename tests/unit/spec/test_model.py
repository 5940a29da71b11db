"""Rules that bind the parts of a spec to each other."""

from collections.abc import Callable
from pathlib import Path

import pytest

from evergreen.core.errors import SpecError
from evergreen.spec.load import load
from evergreen.spec.model import ModelSpec

Write = Callable[[str], Path]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    positive: 1\n", "", "columns.label.positive: is missing: a binary task says"),
        ("task: binary", "task: regression", "columns.label.positive: goes with the task binary, not with regression"),
        ("metric: roc_auc", "metric: log_loss", "of log_loss less is better, so that it has no minimum"),
        ("metric: roc_auc", "metric: r2", "'r2' is no metric of a binary task"),
        (
            "  hyperparameters:",
            "  split: {sampling_unit: late}\n  hyperparameters:",
            "training.split.sampling_unit: is the label",
        ),
    ],
)
def test_parts_that_do_not_fit_together(write: Write, text: str, old: str, new: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        load(write(text.replace(old, new, 1)))
    assert message in str(caught.value)


def test_a_spec_reads_its_own_json(write: Write, text: str) -> None:
    spec = load(write(text))
    assert ModelSpec.model_validate_json(spec.model_dump_json()) == spec


def test_the_digest_of_a_spec_stays(write: Write, text: str) -> None:
    """Every idempotency key and journal entry names it: a change here orphans what is stored."""
    assert load(write(text)).digest == "c11da607394c69ee25d00abbfd68cb878ecede5e4231c2aa9dd4afd8d4758e1d"
