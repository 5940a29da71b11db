"""Rollback: what may be written into a journal to take a champion back."""

from collections.abc import Callable

from evergreen.core.errors import Refused
from evergreen.journal.entry import Draft, Entry, Kind
from evergreen.journal.journal import Journal
from evergreen.journal.state import Standing, State
from evergreen.records.rollback import Rollback

Choose = Callable[[State], Rollback]


def record_rollback(journal: Journal, run_id: str, choose: Choose) -> Entry:
    """Make a former champion champion again; the same ``run_id`` again is answered with its entry.

    Parameters
    ----------
    choose
        Makes the rollback from the state; asked again when another writer was faster.

    Raises
    ------
    Refused
        As `may_roll_back` does.
    """
    key = key_of(run_id)

    def decide(state: State) -> Draft:
        if key in state.keys:
            return Draft(kind=Kind.ROLLBACK, key=key, body={})  # never written: the entry that is there is the answer
        rollback = choose(state)
        may_roll_back(state, rollback)
        return Draft(kind=Kind.ROLLBACK, key=key, actor=rollback.by, body=rollback.to_dict())

    return journal.append(decide)


def key_of(run_id: str) -> str:
    """The idempotency key of the rollback that a run makes."""
    return f"rollback/{run_id}"


def may_roll_back(state: State, rollback: Rollback) -> None:
    """Check a rollback against the state. A freeze does not forbid it.

    Raises
    ------
    Refused
        When the champion is not the one that is to be taken back, is the target already, or the target never was
        champion, or nobody says who asks and why.
    """
    no = f"{state.model}: cannot roll back to version {rollback.version}"
    champion = state.champion
    if champion is None:
        raise Refused(f"{no}: no version is champion yet.")
    if champion.package == rollback.package:
        raise Refused(f"{no}: it is champion already (entry {champion.sequence}).")
    if champion.package != rollback.expected_champion:
        raise Refused(
            f"{no}: version {champion.version} (entry {champion.sequence}) is champion now, not the one that was to "
            f"be taken back. Look again, and ask again."
        )
    target = state.reigned.get(rollback.package)
    if target is None or target.version != rollback.version:
        raise Refused(f"{no}: its package {rollback.package[:12]} never was champion. {former(state)}")
    if not rollback.by.strip() or not rollback.reason.strip():
        raise Refused(f"{no}: say who asks, and why.")


def target_of(state: State, version: int | None) -> Standing:
    """The former champion with this version number; by default the previous one.

    Raises
    ------
    Refused
        When there is none; the message lists those that there are.
    """
    if version is None and state.previous is not None:
        return state.previous
    for standing in state.reigned.values():
        if standing.version == version:
            return standing
    what = "there is no previous champion" if version is None else f"version {version} never was champion"
    raise Refused(f"{state.model}: cannot roll back: {what}. {former(state)}")


def taken_back(state: State) -> bool:
    """Whether the champion before this one left by a rollback, and not for a better one: nothing goes back to it by itself."""
    left = state.previous.sequence if state.previous else None
    return any(entry == left for key, entry in state.keys.items() if key.startswith(key_of("")))


def former(state: State) -> str:
    """The versions that ever were champion, in words; the last ten."""
    versions = sorted(standing.version for standing in state.reigned.values())[-10:]
    return f"Champions so far: {', '.join(map(str, versions)) or 'none'}."
