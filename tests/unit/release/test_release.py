"""Only what was approved is released."""

from dataclasses import replace

import pytest
from tests.unit.journal.story import Story

from evergreen.core.errors import Refused
from evergreen.release.release import release


def test_an_approved_package_is_released_directly() -> None:
    assert release(Story(3).approval) == Story(3).release


def test_a_rejected_one_is_not() -> None:
    rejected = replace(Story(3).approval, approved=False, approved_by="grace", reason="too risky")
    with pytest.raises(Refused, match="version 3 was rejected by grace: too risky"):
        release(rejected)
