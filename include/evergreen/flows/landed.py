"""New data asks for a retraining: by a request in the journal, which no lost message can lose.

Raw objects speak for themselves: whoever looks sees what has landed. The rows of a query do not, so that somebody has to
announce them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from evergreen.core.digest import digest_of
from evergreen.core.errors import RunError
from evergreen.data.sources import landed_objects, raw_objects
from evergreen.data.window import window
from evergreen.flows.ledger import Ledger
from evergreen.flows.requests import ask, run_id_of
from evergreen.flows.workspace import Workspace
from evergreen.records.request import RetrainRequest
from evergreen.records.run import Run, Way
from evergreen.spec.data import ObjectsSource

SETTLED = timedelta(minutes=1)
"""An object that landed later than this ago may have companions on their way."""
UNANNOUNCED = "Nobody has said yet up to when the rows of the query are complete."


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """Somebody's word that the data is complete up to ``end``; ``word`` sets two announcements of one end apart."""

    end: datetime
    word: str = ""


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a look for new data led to: a request, or none, and why."""

    request: RetrainRequest | None
    sentence: str


def ask_for_new_data(
    ws: Workspace, *, now: datetime, announced: Announcement | None = None, settled: timedelta = SETTLED
) -> Look:
    """Ask for a retraining on the data that is complete at ``now``, if nobody has asked for one on that very data.

    Objects that are landed later or again, in the window that the run would train on, are other data. While the run of
    an earlier such request has not begun, nothing is asked for: it will be when that run has begun.

    Parameters
    ----------
    announced
        Up to when the rows of a query are complete; None as long as nobody has said so.
    settled
        How long raw objects must have been left alone.

    Raises
    ------
    RunError
        The model's schedule is another one, or what was announced lies in the future or is about raw objects.
    DataError
        The window has a hole, or an object's key names no interval.
    """
    _check(ws, now, announced)
    source = ws.spec.source
    found = _complete(ws, source, now, settled) if isinstance(source, ObjectsSource) else announced or UNANNOUNCED
    if isinstance(found, str):
        return Look(request=None, sentence=found)
    until = f"{found.end:%Y-%m-%d %H:%M} UTC"
    request_id = f"data-{found.end:%Y%m%dT%H%M%SZ}-{digest_of([found.end.isoformat(), found.word])[:12]}"
    if request_id in ws.journal.state().requests:
        return Look(request=None, sentence=f"Request {request_id} was made for the data up to {until}.")
    if (waiting := _waits_for_its_run(ws)) is not None:
        return Look(request=None, sentence=f"The data up to {until} waits until the run of {waiting} has begun.")
    reason = f"The data is complete up to {until}."
    request = ask(ws, asked_by="schedule", reason=reason, request_id=request_id, as_of=found.end, way=Way.SCHEDULE)
    return Look(request=request, sentence=f"{reason} Request {request_id} asks for a retraining.")


def _check(ws: Workspace, now: datetime, announced: Announcement | None) -> None:
    if ws.spec.schedule.kind != "on_data":
        raise RunError(
            f"{ws.model}: its schedule is {ws.spec.schedule.kind!r}; only models of schedule.kind 'on_data' are retrained "
            f"when data lands. Ask with `evergreen request`."
        )
    if announced is None:
        return
    if isinstance(ws.spec.source, ObjectsSource):
        raise RunError(f"{ws.model}: its raw objects say up to when they are complete; leave the end out.")
    if announced.end > now:
        raise RunError(f"{ws.model}: {announced.end.isoformat()} is in the future; announce data when it is there.")


def _complete(ws: Workspace, source: ObjectsSource, now: datetime, settled: timedelta) -> Announcement | str:
    """The end of the newest raw interval, and a word that changes with the objects of the window; or why not."""
    ends = [raw.interval.end for raw in landed_objects(ws.spec, source.prefix, ws.store) if raw.interval.end <= now]
    if not ends:
        return "No raw interval is complete yet."
    run = Run(model=ws.model, run_id="", way=Way.SCHEDULE, as_of=max(ends), asked_by="schedule", reason="")
    objects = raw_objects(ws.spec, source.prefix, window(ws.spec.training.window, run), ws.store)
    newest = max(raw.info.modified for raw in objects)
    if settled and newest > now - settled:
        return (
            f"The data up to {run.as_of:%Y-%m-%d %H:%M} UTC is still landing: an object came at {newest:%H:%M:%S} UTC."
        )
    return Announcement(end=run.as_of, word=digest_of([[raw.info.key, raw.info.etag] for raw in objects]))


def _waits_for_its_run(ws: Workspace) -> str | None:
    """The request that new data made and whose run has not begun. After one lease it stands in nobody's way."""
    for request_id, status in ws.journal.state().requests.items():
        waits = status.status != "closed" and status.claims <= 1
        if (
            status.request.way is Way.SCHEDULE
            and waits
            and not Ledger(ws.store, ws.model, run_id_of(request_id)).begun()
        ):
            return request_id
    return None
