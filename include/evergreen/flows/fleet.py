"""Fleet: the journals of all models in one database, to be asked in one query.

A copy for questions: whatever decides reads the journals.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

from evergreen.core.clock import now
from evergreen.core.errors import EvergreenError, IntegrityError, OutageError, RunError, StoreError
from evergreen.core.settings import Settings, settings
from evergreen.flows.audit import check
from evergreen.flows.books import Books, fleet, open_books
from evergreen.journal.entry import NOTHING
from evergreen.journal.journal import Journal
from evergreen.journal.state import State
from evergreen.records.fleet import EntryRow, Refreshed, VersionRow
from evergreen.records.freeze import FLEET
from evergreen.stores.read_model import ReadModel, Writing

log = logging.getLogger(__name__)

Open = Callable[[str], Books]


def open_read_model(config: Settings | None = None) -> ReadModel:
    """The read model that the settings name; raises ``RunError`` when they name none."""
    url = (config or settings()).database_url
    if url is None:
        raise RunError("There is no read model: set EVERGREEN_DATABASE_URL to a PostgreSQL database.")
    return ReadModel(url.get_secret_value())


def rebuild(read_model: ReadModel, models: Iterable[str], opened: Open = open_books) -> Refreshed:
    """Read every journal from its first entry on, and replace the tables at once.

    A journal that does not verify is left out and its model marked; a store that does not answer leaves all as it was.
    """
    with read_model.replacing() as writing:
        return _take_all(writing, models, opened, whole=True)


def refresh(read_model: ReadModel, models: Iterable[str], opened: Open = open_books) -> Refreshed:
    """Take what the journals have got since; done twice it changes nothing. Without tables of this release it rebuilds.

    Of a journal that does not verify, or no longer holds what was taken of it, nothing is taken; the model is marked.
    """
    if not read_model.ready():
        return rebuild(read_model, models, opened)
    with read_model.adding() as writing:
        return _take_all(writing, models, opened, whole=False)


def refreshed(config: Settings | None = None) -> str:
    """Refresh if there is a read model, and say what came of it: one that cannot be reached is told, and stops nothing."""
    if (config or settings()).database_url is None:
        return ""
    try:
        return refresh(open_read_model(config), models_of(config)).sentence
    except EvergreenError as error:
        sentence = f"The read model of the fleet was not refreshed: {error}"
        log.error(sentence)  # noqa: TRY400 (the sentence says it all)
        return sentence


def models_of(config: Settings | None = None) -> tuple[str, ...]:
    """Every model that has a folder, and the fleet's own journal."""
    return (*fleet(config), FLEET)


def news(books: Books, sequence: int, digest: str, *, whole: bool) -> tuple[State, Iterator[EntryRow]]:
    """What a journal says now, and its entries behind the one with that number and digest.

    Raises
    ------
    IntegrityError
        When it does not verify, or no longer holds that entry. Also while iterating: when the entries do not lead to the
        state.
    """
    found = check(books.journal, books.anchors, since_checkpoint=not whole)
    if found.fault is not None:
        raise IntegrityError(found.sentence)
    state = books.journal.state()
    if sequence and (state.sequence < sequence or books.journal.entry(sequence).digest != digest):
        raise IntegrityError(
            f"{books.model}: entry {sequence}, which was taken before, is gone or another one now. "
            f"Run `evergreen journal verify --model {books.model}`."
        )
    return state, _rows(books.journal, state, sequence, digest or NOTHING)


def versions_of(state: State) -> Iterator[VersionRow]:
    """What the state says of each version."""
    for package, account in state.accounts.items():
        passed, answer = state.passed.get(package), state.approved.get(package)
        yield VersionRow(
            model=state.model,
            package=package,
            version=account.origin.version,
            snapshot=account.origin.snapshot,
            git_commit=account.origin.git_commit,
            owner=account.owner,
            judgement=account.judgement.value if account.judgement else None,
            verdict=passed.verdict if passed else None,
            metrics=dict(account.metrics),
            bias={f"{b.column} {b.measure}": b.value for b in account.bias},
            approved=account.approved,
            approved_by=account.approved_by or None,
            reason=answer.reason if answer else None,
            data_start=passed.data.start if passed else None,
            data_end=passed.data.end if passed else None,
            stage=state.rung_of(package),
            reproducible=account.reproducible,
        )


def _take_all(writing: Writing, models: Iterable[str], opened: Open, *, whole: bool) -> Refreshed:
    models, entries, problems = tuple(models), 0, {}
    for model in models:
        sequence, digest = writing.known(model)
        try:
            with writing.attempt():
                entries += _take(writing, opened(model), sequence, digest, whole=whole)
        except OutageError:
            raise
        except (StoreError, RunError) as error:
            problems[model] = str(error)
            log.error("%s: nothing was taken into the read model: %s", model, error)  # noqa: TRY400
            writing.note(model, sequence, digest, now(), str(error))
    return Refreshed(models=len(models), entries=entries, problems=_bounded(problems))


def _take(writing: Writing, books: Books, sequence: int, digest: str, *, whole: bool) -> int:
    state, rows = news(books, sequence, digest, whole=whole)
    count = writing.add(rows)
    writing.set_versions(books.model, versions_of(state))
    writing.note(books.model, state.sequence, state.digest, now())
    return count


def _rows(journal: Journal, state: State, after: int, digest: str) -> Iterator[EntryRow]:
    """The entries up to the state's own; one that does not follow from the one before ends it with an error."""
    for entry in islice(journal.entries(after=after), state.sequence - after):
        if entry.previous != digest:
            break
        digest = entry.digest
        yield EntryRow(
            model=journal.model,
            sequence=entry.sequence,
            kind=entry.kind,
            at=entry.at,
            actor=entry.actor,
            key=entry.key,
            digest=digest,
            body=entry.body,
        )
    if digest != state.digest:
        raise IntegrityError(f"{journal.model}: its entries do not lead to its head. Run `evergreen journal verify`.")


def _bounded(problems: Mapping[str, str]) -> dict[str, str]:
    return {model: why[:500] for model, why in problems.items()}
