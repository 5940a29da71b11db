"""Landed: new data asks for a retraining."""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowSkipException

from evergreen_airflow.dags.schedule import raw_asset
from evergreen_airflow.operators.step import StepOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from evergreen.flows.landed import Announcement
    from evergreen.flows.workspace import Workspace
    from evergreen.records.request import RetrainRequest

log = logging.getLogger(__name__)

EVENTS = 100
"""How many of the newest events of the asset are read: those that came since the last look are among them."""


class LandedOperator(StepOperator["RetrainRequest"]):
    """Makes a request for data that nobody has asked a retraining for; skipped when there is none.

    Parameters
    ----------
    announced
        Whether the model's data is announced by events of its asset, as the rows of a query are. All events that
        Airflow keeps are looked at, whether or not it started a run for them.
    """

    def __init__(self, *, model: str, announced: bool, **kwargs: Any) -> None:
        super().__init__(model=model, inlets=[raw_asset(model)] if announced else [], **kwargs)
        self.announced = announced

    def call(self, ws: "Workspace", context: "Context") -> "RetrainRequest":
        """The request that was made."""
        from evergreen.core.clock import now
        from evergreen.flows.landed import ask_for_new_data

        events = context["inlet_events"][0].ascending(False).limit(EVENTS) if self.announced else ()
        look = ask_for_new_data(ws, now=now(), announced=announcement_of(events))
        if look.request is None:
            raise AirflowSkipException(look.sentence)
        return look.request

    def summary(self, record: "RetrainRequest") -> dict[str, Any]:
        """Id and time of the request."""
        return {"request_id": record.request_id, "as_of": record.as_of.isoformat() if record.as_of else None}


def announcement_of(events: Iterable[Any]) -> "Announcement | None":
    """The latest end that events announce, by word of the newest one. Without an end, or with one to come: its moment.

    An event whose end is no time is passed over, with a warning.
    """
    from evergreen.flows.landed import Announcement

    heard = [(event.timestamp, end) for event in events if (end := _end_of(event)) is not None]
    if not heard:
        return None
    end = max(min(each) for each in heard)
    return Announcement(end=end.astimezone(UTC), word=max(at for at, _ in heard).astimezone(UTC).isoformat())


def _end_of(event: Any) -> datetime | None:
    text = (event.extra or {}).get("end")
    try:
        end: datetime = datetime.fromisoformat(text) if text else event.timestamp
    except (TypeError, ValueError):
        log.warning(
            "The event of %s says end=%.100r, which is no time: write 2013-07-01T00:00:00Z.", event.timestamp, text
        )
        return None
    return end.replace(tzinfo=UTC) if end.tzinfo is None else end
