"""Rollback: a former champion becomes champion again, within seconds.

The journal decides first, so that neither MLflow nor its aliases nor the model's folder need to be in a good state;
they follow, now or at the next look of ``govern__registry``.
"""

from evergreen.core.digest import digest_of
from evergreen.core.errors import IntegrityError, NotFound, OutageError, Refused, StoreError
from evergreen.flows.books import Books
from evergreen.flows.follow import follow
from evergreen.flows.requests import check_reason
from evergreen.journal.entry import Entry
from evergreen.journal.rollback import key_of, may_roll_back, record_rollback, taken_back, target_of
from evergreen.journal.state import State
from evergreen.records.report import Outcome, Report
from evergreen.records.rollback import Rollback
from evergreen.registry.inspection import check_package


def roll_back(
    books: Books, *, run_id: str, by: str, reason: str, version: int | None = None, champion: int | None = None
) -> Report:
    """Make ``version`` champion again, by default the previous one; the same ``run_id`` again is the same rollback.

    Parameters
    ----------
    champion
        The version that is to be taken back, as a program found it; None: whichever is champion.

    Raises
    ------
    Refused
        When the target is champion already, never was champion, or its package is no longer what was promoted; when
        another version than ``champion``, or than at the beginning of this call, is champion; or when a program would
        go back to a version that was itself rolled back from.
    RunError
        Without a reason.
    """
    check_reason(books.model, reason)
    seen = books.journal.state()
    taken = seen.champion if champion is None else target_of(seen, champion)

    def choose(state: State) -> Rollback:
        target = target_of(state, version)
        if champion is not None and version is None and taken_back(state):
            raise Refused(
                f"{books.model}: version {target.version} was itself rolled back from. Name it to go back to it."
            )
        return Rollback(
            model=books.model,
            run_id=run_id,
            package=target.package,
            version=target.version,
            expected_champion=taken.package if taken else "",
            by=by,
            reason=reason,
        )

    if key_of(run_id) not in seen.keys:
        rollback = choose(seen)
        may_roll_back(seen, rollback)
        _loadable(books, rollback)
    entry = record_rollback(books.journal, run_id, choose)
    return _report(books, run_id, entry, _followed(books))


def _loadable(books: Books, rollback: Rollback) -> None:
    """Refuse a target that no service could load: erased, or changed since it was promoted."""
    try:
        check_package(books.store, books.model, rollback.package)
    except (NotFound, IntegrityError) as error:
        raise Refused(f"{books.model}: cannot roll back to version {rollback.version}: {error}") from None


def _followed(books: Books) -> str:
    """Let the registry follow; what it says when it cannot."""
    try:
        follow(books)
    except (OutageError, StoreError) as error:
        return f"The champion is back in the journal. MLflow has not followed; govern__registry will repair it. {error}"
    return ""


def _report(books: Books, run_id: str, entry: Entry, warning: str) -> Report:
    body, champion = entry.body, books.journal.state().champion
    said = f"version {body['version']} is champion again, by {body['by']} (entry {entry.sequence}): {body['reason']}"
    lines = [
        f"**{books.model}**: {said}",
        "",
        f"- Package `{body['package'][:12]}`; taken back: `{body['expected_champion'][:12]}`.",
        *([f"- Warning: {warning}"] if warning else []),
    ]
    if champion is not None and champion.package != body["package"]:
        lines.append(f"- Since then version {champion.version} became champion (entry {champion.sequence}).")
    text = "\n".join(lines)
    key = f"{books.model}/reports/runs/{digest_of([run_id, text])}.md"
    books.store.put(key, text.encode())
    return Report(model=books.model, run_id=run_id, outcome=Outcome.ROLLED_BACK, text=text, key=key)
