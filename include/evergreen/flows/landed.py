"""New data asks for a retraining: by a request in the journal, which no lost message can lose.

Raw objects speak for themselves: whoever looks sees what has landed. The rows of a query do not, so that somebody has to
announce them.
"""

from dataclasses import dataclass, replace
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
QUEUED = timedelta(minutes=5)
"""When to look again for a run that has not begun."""


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """Somebody's word that the data is complete up to ``end``; ``word`` sets two announcements of one end apart."""

    end: datetime
    word: str = ""


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a look for new data led to: a request, or none, and why.

    ``again``: when a look may lead to something else although nothing has landed since; None: not before something does.
    """

    request: RetrainRequest | None
    sentence: str
    again: datetime | None = None


UNANNOUNCED = Look(request=None, sentence="Nobody has said yet up to when the rows of the query are complete.")


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
    if not isinstance(source, ObjectsSource):
        return _ask(ws, announced, now) if announced else UNANNOUNCED
    ends = [raw.interval.end for raw in landed_objects(ws.spec, source.prefix, ws.store)]
    coming = min((end for end in ends if end > now), default=None)
    complete = [end for end in ends if end <= now]
    if not complete:
        return Look(request=None, sentence="No raw interval is complete yet.", again=coming)
    look = _look(ws, source, max(complete), now, settled)
    return replace(look, again=min(filter(None, (look.again, coming)), default=None))


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


def _look(ws: Workspace, source: ObjectsSource, end: datetime, now: datetime, settled: timedelta) -> Look:
    """Ask for the raw data up to ``end``, by a word that changes with the objects of the window, once it has settled."""
    run = Run(model=ws.model, run_id="", way=Way.SCHEDULE, as_of=end, asked_by="schedule", reason="")
    objects = raw_objects(ws.spec, source.prefix, window(ws.spec.training.window, run), ws.store)
    newest = max(raw.info.modified for raw in objects)
    if settled and newest > now - settled:
        sentence = f"The data up to {end:%Y-%m-%d %H:%M} UTC is still landing: an object came at {newest:%H:%M:%S} UTC."
        return Look(request=None, sentence=sentence, again=newest + settled)
    return _ask(ws, Announcement(end=end, word=digest_of([[raw.info.key, raw.info.etag] for raw in objects])), now)


def _ask(ws: Workspace, found: Announcement, now: datetime) -> Look:
    until = f"{found.end:%Y-%m-%d %H:%M} UTC"
    request_id = f"data-{found.end:%Y%m%dT%H%M%SZ}-{digest_of([found.end.isoformat(), found.word])[:12]}"
    if request_id in ws.journal.state().requests:
        return Look(request=None, sentence=f"Request {request_id} was made for the data up to {until}.")
    if (waiting := _waits_for_its_run(ws)) is not None:
        sentence = f"The data up to {until} waits until the run of {waiting} has begun."
        return Look(request=None, sentence=sentence, again=now + QUEUED)
    reason = f"The data is complete up to {until}."
    request = ask(ws, asked_by="schedule", reason=reason, request_id=request_id, as_of=found.end, way=Way.SCHEDULE)
    return Look(request=request, sentence=f"{reason} Request {request_id} asks for a retraining.")


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
