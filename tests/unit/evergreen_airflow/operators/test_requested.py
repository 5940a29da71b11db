"""What is asked for in the registry becomes the arguments of release runs."""

from collections.abc import Callable
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from evergreen.flows import promotion_request
from evergreen.records.promotion_request import PromotionRequest
from evergreen_airflow.operators.requested import RequestedOperator

Make = Callable[..., Any]
REQUEST = PromotionRequest(model="small", version=3, said="please", run_id="r3", release_run="release__r3__v3__ab")


@pytest.fixture
def look(context: Make, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Look, when the fleet answers this."""

    def looked(*found: PromotionRequest, **problems: str) -> Any:
        monkeypatch.setattr(promotion_request, "requested_promotions", lambda *_: (found, problems))
        return RequestedOperator(task_id="requested").execute(context())

    return looked


def test_each_request_is_one_release_run(look: Callable[..., Any]) -> None:
    wanted = {"trigger_dag_id": "release__small", "trigger_run_id": REQUEST.release_run, "conf": {"run_id": "r3"}}
    assert look(REQUEST) == [wanted]
    assert look(REQUEST, other="other: it is broken.") == [wanted]


def test_without_a_request_it_is_skipped(look: Callable[..., Any]) -> None:
    with pytest.raises(AirflowSkipException, match="No promotion is asked for"):
        look()


def test_what_stands_in_the_way_is_told(look: Callable[..., Any]) -> None:
    with pytest.raises(AirflowFailException, match="other: it is broken"):
        look(other="other: it is broken.")
