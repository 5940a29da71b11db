"""The champion as monitoring sees it: what it was made of, and what its predictions are held against."""

from collections.abc import Mapping
from dataclasses import dataclass

from evergreen.core.errors import NotFound
from evergreen.flows.ledger import Ledger
from evergreen.flows.reference import watched_key
from evergreen.flows.workspace import Workspace
from evergreen.journal.state import Standing, State
from evergreen.records.calibration import Calibration
from evergreen.records.card import Importances
from evergreen.records.reference import Reference
from evergreen.records.watched import Watched


@dataclass(frozen=True, kw_only=True)
class Champion:
    """The version that the journal names, and the state in which it does.

    Attributes
    ----------
    weights
        Permutation importance of each feature; empty where nobody has measured it.
    """

    standing: Standing
    state: State
    watched: Watched
    reference: Reference
    calibration: Calibration
    weights: Mapping[str, float]

    @property
    def version(self) -> int:
        """Its version."""
        return self.standing.version


def champion_of(ws: Workspace) -> Champion | str:
    """The champion, or why there is none that could be looked at."""
    state = ws.journal.state()
    if state.champion is None:
        return "There is no champion yet."
    try:
        watched = Watched.from_json(ws.store.get(watched_key(ws.model, state.champion.package)))
        reference = Reference.from_bytes(ws.store.get(watched.reference))
        calibration = Calibration.from_json(ws.store.get(watched.calibration))
    except NotFound:
        return (
            f"Version {state.champion.version} has no reference: clear the task 'reference' of its retraining run, run "
            "`evergreen reference`, or retrain."
        )
    found = Ledger(ws.store, ws.model, watched.run_id).find("importance", Importances)
    return Champion(
        standing=state.champion,
        state=state,
        watched=watched,
        reference=reference,
        calibration=calibration,
        weights={i.feature: max(i.loss, 0.0) for i in found.features} if found else {},
    )
