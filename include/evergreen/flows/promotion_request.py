"""A tag on a version in the registry asks for its promotion, and opens the same approval as a retraining does."""

from collections.abc import Callable, Collection

from evergreen.core.digest import digest_of
from evergreen.core.errors import EvergreenError, OutageError
from evergreen.flows.ledger import Ledger
from evergreen.flows.workspace import Workspace
from evergreen.journal.state import State
from evergreen.records.answer import Question
from evergreen.records.promotion_request import TAG, PromotionRequest
from evergreen.stores.ports import ModelRegistry, RegisteredVersion

ANSWERED = ("asked in ", "refused: ", "done: ")


def requested_promotions(
    registry: ModelRegistry, models: Collection[str], opened: Callable[[str], Workspace]
) -> tuple[tuple[PromotionRequest, ...], dict[str, str]]:
    """The next request of each of ``models``, and what stood in the way of those that could not be looked at.

    One search tells which models have a tag at all; only these are opened.

    Raises
    ------
    OutageError
        When a store does not answer: it is the same for all models.
    """
    found, problems = [], {}
    for model in registry.tagged(TAG):
        if model not in models:
            continue
        try:
            found.append(next_requested(opened(model)))
        except OutageError:
            raise
        except EvergreenError as error:
            problems[model] = str(error)
    return tuple(request for request in found if request is not None), problems


def next_requested(ws: Workspace) -> PromotionRequest | None:
    """The oldest request that needs a release run; requests that need none are answered on their tag.

    Asked twice before the run has put its question, the answer is the same run.
    """
    state = ws.journal.state()
    for version in ws.registry.versions(ws.model):
        if _open(version) and (request := _served(ws, state, version)) is not None:
            return request
    return None


def note_asked(ws: Workspace, question: Question) -> None:
    """Write on the version's tag, if it has one that waits, where people are asked now."""
    for version in ws.registry.versions(ws.model):
        if version.number == question.version and _open(version):
            _say(ws, version, f"asked in {question.run_id}")


def _served(ws: Workspace, state: State, version: RegisteredVersion) -> PromotionRequest | None:
    standing = state.challenger
    if standing is None or standing.version != version.number:
        _say(ws, version, _why_not(state, version.number))
        return None
    run_id = str(ws.journal.entry(standing.sequence).body["run_id"])
    asked = Ledger(ws.store, ws.model, run_id).find("ask", Question)
    if asked is not None and asked.run_id in ws.people.waiting(asked.dag_id, asked.task_id):
        _say(ws, version, f"asked in {asked.run_id}")
        return None
    said = version.tags[TAG]
    nonce = digest_of([said, asked.digest if asked else None])[:8]
    return PromotionRequest(
        model=ws.model,
        version=version.number,
        said=said[:500],
        run_id=run_id,
        release_run=f"release__{run_id}__v{version.number}__{nonce}",
    )


def _why_not(state: State, number: int) -> str:
    if state.champion is not None and state.champion.version == number:
        return "done: it is champion"
    current = f"version {state.challenger.version}" if state.challenger else "none"
    return f"refused: only the challenger can be promoted, which is {current} now"


def _open(version: RegisteredVersion) -> bool:
    said = version.tags.get(TAG, "")
    return bool(said) and not said.startswith(ANSWERED)


def _say(ws: Workspace, version: RegisteredVersion, words: str) -> None:
    ws.registry.tag_version(ws.model, version.number, {TAG: words})
