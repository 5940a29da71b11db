"""Reconcile: the registry's aliases and tags follow the journal."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from evergreen.core.errors import OutageError
from evergreen.journal.journal import Journal
from evergreen.journal.state import RUNGS, Rung, State
from evergreen.registry.tags import tags_of
from evergreen.stores.ports import ModelRegistry, RegisteredVersion

ROUNDS = 10
STAGE = "stage"
STAGES: tuple[tuple[Rung, str], ...] = (("challenger", "Staging"), ("releasing", "Staging"), ("champion", "Production"))

Cause = Literal["by hand", "not yet written", "missing version"]


@dataclass(frozen=True, kw_only=True)
class Repair:
    """An alias that differed from the journal.

    Attributes
    ----------
    found, expected
        The version that it named and the one that the journal names; None for no alias.
    cause
        ``missing version``: the registry does not have the expected version, so the alias could not be set.
        ``by hand``: somebody moved or removed it. ``not yet written``: a writer was stopped before it came to it.
    """

    model: str
    alias: Rung
    found: int | None
    expected: int | None
    cause: Cause

    @property
    def sentence(self) -> str:
        """The repair in words."""
        found = f"named version {self.found}" if self.found else "was not set"
        should = f"version {self.expected}" if self.expected else "none"
        if self.cause == "missing version":
            return f"{self.model}: the registry has no version {self.expected}, which the journal calls {self.alias}."
        why = "somebody had moved it by hand" if self.cause == "by hand" else "it had not been written yet"
        return f"{self.model}: alias {self.alias} {found} instead of {should}; {why}."


def reconcile(journal: Journal, registry: ModelRegistry) -> tuple[Repair, ...]:
    """Make aliases and tags say what the journal says, and tell every alias that differed.

    The journal's head is read again after writing, and the work repeated if it has moved meanwhile: so of two
    reconcilers with different heads the one with the newer head has the last word.

    Raises
    ------
    OutageError
        When the registry does not answer, or the journal does not stand still.
    """
    repairs: list[Repair] = []
    for _ in range(ROUNDS):
        state = journal.state()
        repairs += _follow(state, registry)
        if journal.state().sequence == state.sequence:
            return tuple(dict.fromkeys(repairs))
    raise OutageError(
        f"{journal.model}: the journal grew {ROUNDS} times while aliases were written. Run it again later."
    )


def _follow(state: State, registry: ModelRegistry) -> Iterator[Repair]:
    versions = {version.number: version for version in registry.versions(state.model)}
    aliases = registry.aliases(state.model)
    for rung in RUNGS:
        standing, found = state.on(rung), aliases.get(rung)
        expected = standing.version if standing else None
        if expected is not None and expected not in versions:
            yield Repair(model=state.model, alias=rung, found=found, expected=expected, cause="missing version")
            continue
        if found != expected:
            cause = _cause(state, rung, found, expected, versions)
            yield Repair(model=state.model, alias=rung, found=found, expected=expected, cause=cause)
            _point(registry, state.model, rung, expected)
        _mark(state, registry, rung, expected, versions)
    _tag_stages(state, registry, versions)
    _tag_accounts(state, registry, versions)


def _cause(
    state: State, rung: Rung, found: int | None, expected: int | None, versions: dict[int, RegisteredVersion]
) -> Cause:
    """Who moved an alias. A version carries a mark for each alias that was pointed at it here and not withdrawn."""
    if found is not None and found not in state.held.get(rung, frozenset()):
        return "by hand"  # the journal never put it there
    if expected is not None:
        return "by hand" if _marked(versions[expected], rung) else "not yet written"
    return "not yet written" if found in versions and _marked(versions[found], rung) else "by hand"


def _point(registry: ModelRegistry, model: str, rung: Rung, number: int | None) -> None:
    if number is None:
        registry.delete_alias(model, rung)
    else:
        registry.set_alias(model, rung, number)


def _mark(
    state: State, registry: ModelRegistry, rung: Rung, expected: int | None, versions: dict[int, RegisteredVersion]
) -> None:
    """After the alias is written, note it on its version, and withdraw the note from every other."""
    for number in state.held.get(rung, frozenset()) & versions.keys():
        if (number == expected) != _marked(versions[number], rung):
            registry.tag_version(state.model, number, {_mark_of(rung): "set" if number == expected else "withdrawn"})


def _marked(version: RegisteredVersion, rung: Rung) -> bool:
    return version.tags.get(_mark_of(rung)) == "set"


def _mark_of(rung: Rung) -> str:
    return f"evergreen.alias.{rung}"


def _tag_stages(state: State, registry: ModelRegistry, versions: dict[int, RegisteredVersion]) -> None:
    """Mirror the ladder in the words that MLflow's stages had; candidates that never were challenger have none."""
    stages = dict.fromkeys(set().union(*state.held.values()), "Archived")
    for rung, stage in STAGES:
        standing = state.on(rung)
        if standing is not None:
            stages[standing.version] = stage
    for number in stages.keys() & versions.keys():
        if versions[number].tags.get(STAGE) != stages[number]:
            registry.tag_version(state.model, number, {STAGE: stages[number]})


def _tag_accounts(state: State, registry: ModelRegistry, versions: dict[int, RegisteredVersion]) -> None:
    """The auditor's table: what the journal says of each version, one tag a column."""
    for account in state.accounts.values():
        number = account.origin.version
        if number in versions:
            tags = tags_of(account)
            missing = {name: value for name, value in tags.items() if versions[number].tags.get(name) != value}
            if missing:
                registry.tag_version(state.model, number, missing)
