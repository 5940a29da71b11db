"""Freeze: nothing of a model, or of the whole fleet, is released or becomes champion until somebody lifts it.

A freeze of the fleet stands in a journal of its own (`evergreen.records.freeze.FLEET`). A rollback stays possible.
"""

from evergreen.core.errors import Refused
from evergreen.journal.entry import Draft, Entry, Kind
from evergreen.journal.journal import Journal
from evergreen.journal.state import Frozen, State
from evergreen.records.freeze import FLEET, Freeze, Lift


def freeze(journal: Journal, order: Freeze) -> Entry:
    """Stop every promotion. Freezing what is frozen changes nothing: the freeze that holds is the answer."""

    def decide(state: State) -> Draft:
        number = state.freezes if state.frozen else state.freezes + 1
        return Draft(kind=Kind.FREEZE, key=f"freeze/{number}", actor=order.by, body=order.to_dict())

    return journal.append(decide)


def lift(journal: Journal, order: Lift) -> Entry:
    """End the freeze. Lifting what was lifted changes nothing: the last lift is the answer.

    Raises
    ------
    Refused
        When there never was a freeze.
    """

    def decide(state: State) -> Draft:
        if not state.freezes:
            raise Refused(f"{_what(state.model)} was never frozen; there is nothing to lift.")
        return Draft(kind=Kind.LIFT, key=f"lift/{state.freezes}", actor=order.by, body=order.to_dict())

    return journal.append(decide)


def frozen(journal: Journal) -> tuple[str, ...]:
    """Who froze this model or the fleet, when and why, a sentence each; empty while promotions are possible."""
    fleet = fleet_of(journal).state().frozen
    own = journal.state().frozen
    holding = ((FLEET, fleet), (journal.model, own))
    return tuple(sentence(model, found) for model, found in holding if found is not None)


def fleet_of(journal: Journal) -> Journal:
    """The journal of the fleet that this model belongs to."""
    return Journal(journal.store, FLEET, journal.trust, retain=journal.retain)


def refuse_if_frozen(no: str, model: str, found: Frozen | None) -> None:
    """Raise ``Refused`` while the freeze ``found`` holds; ``no`` says what cannot be done."""
    if found is not None:
        raise Refused(f"{no}: {sentence(model, found)} Lift it first: evergreen lift {_option(model)} --reason …")


def sentence(model: str, found: Frozen) -> str:
    """A freeze in words."""
    return f"{_what(model)} was frozen by {found.by} on {found.at:%Y-%m-%d %H:%M} UTC: {found.reason}"


def _what(model: str) -> str:
    return "the fleet" if model == FLEET else model


def _option(model: str) -> str:
    return "--fleet" if model == FLEET else f"--model {model}"
