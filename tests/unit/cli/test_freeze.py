"""Whom a freeze is for."""

import pytest

from evergreen.cli.freeze import scope_of
from evergreen.core.errors import RunError
from evergreen.records.freeze import FLEET


def test_a_model_or_the_fleet() -> None:
    assert scope_of("small", fleet=False) == "small"
    assert scope_of(None, fleet=True) == FLEET


@pytest.mark.parametrize(("model", "fleet"), [(None, False), ("small", True)])
def test_never_neither_and_never_both(model: str | None, fleet: bool) -> None:
    with pytest.raises(RunError, match="either --model"):
        scope_of(model, fleet=fleet)
