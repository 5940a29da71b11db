"""Moments and durations as YAML and JSON bring them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from evergreen.spec.base import Duration, Moment, SpecPart


class Part(SpecPart):
    at: Moment = datetime(2013, 1, 1, tzinfo=UTC)
    span: Duration = timedelta(0)


@pytest.mark.parametrize(
    "given",
    ["2013-03-01", "2013-03-01T00:00:00", "2013-03-01T02:00:00+02:00", date(2013, 3, 1), datetime(2013, 3, 1)],  # noqa: DTZ001
)
def test_moments_without_zone_are_utc(given: Any) -> None:
    assert Part(at=given).at == datetime(2013, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize("given", ["March", 2013, True, None])
def test_what_is_no_moment(given: Any) -> None:
    with pytest.raises(ValidationError):
        Part.model_validate({"at": given}, strict=True)


def test_a_part_is_frozen_and_knows_its_keys() -> None:
    part = Part.model_validate({"span": "36h"})
    assert part.model_dump(mode="json")["span"] == "36h"
    with pytest.raises(ValidationError, match="frozen"):
        part.span = timedelta(1)  # type: ignore[misc]
    with pytest.raises(ValidationError, match="extra_forbidden"):
        Part.model_validate({"spam": "36h"})
