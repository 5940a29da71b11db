"""Govern: hold the registry and the stored packages against the journal, tell what differs, repair what is safe.

A finding is told once: the model's book of alerts has what stood before. The look before is kept beside the report.
"""

from collections.abc import Callable, Iterable
from functools import partial

from evergreen.core.clock import now
from evergreen.core.digest import digest_of
from evergreen.core.errors import IntegrityError, NotFound, OutageError, StoreError
from evergreen.flows.alerts import GOVERNANCE, note, note_event
from evergreen.flows.books import Books, open_books
from evergreen.flows.follow import alert_of, finding_of
from evergreen.journal.verify import Verification, verify
from evergreen.records.inspection import Discrepancy, Inspection, Matter
from evergreen.registry.inspection import model_files, packages
from evergreen.registry.reconcile import reconcile

IN_MLFLOW: tuple[Matter, ...] = ("alias", "version", "model file")


def govern(books: Books) -> Inspection:
    """Look at one model: its journal, the packages on its ladder, MLflow's aliases, versions and model files.

    The inspection is stored even when MLflow does not answer; ``unanswered`` then says so, and MLflow's findings of the
    look before stand. Raises ``OutageError`` when the object store does not answer.
    """
    before = _last(books)
    checked, unanswered = _verified(books)
    findings = list(_in_store(books, checked))
    try:
        if checked.fault is not None or any(f.subject == "head" for f in findings):
            findings += _standing(before)  # nothing is repaired by a journal in doubt
        else:
            findings += _in_registry(books)
    except (OutageError, StoreError) as error:
        unanswered = unanswered or str(error)
        findings += _standing(before)
    return _told(books, before, tuple(findings), unanswered)


def govern_fleet(models: Iterable[str], opened: Callable[[str], Books] = open_books) -> tuple[Inspection, ...]:
    """Look at every model; one that cannot be looked at does not stop the others.

    Raises
    ------
    OutageError
        After the last model, when a store did not answer.
    """
    done, outages = [], []
    for model in models:
        try:
            done.append(govern(opened(model)))
        except OutageError as error:
            outages.append(str(error))
    outages += [found.unanswered for found in done if found.unanswered]
    if outages:
        raise OutageError(f"{len(outages)} models could not be looked at whole. {outages[0]}")
    return tuple(done)


def summary(found: Iterable[Inspection]) -> str:
    """A look at the fleet in words: the models with findings, new ones first."""
    found = tuple(found)
    telling = sorted((f for f in found if f.findings or f.resolved), key=lambda f: (not f.new, f.model))
    return "\n".join(
        [f"{len(found)} models, {sum(len(f.new) for f in found)} new findings.", *(f.text for f in telling)]
    )


def _verified(books: Books) -> tuple[Verification, str]:
    """The journal from its newest checkpoint on; where the heads that were noted elsewhere cannot be read, without them."""
    trust = books.journal.trust
    look = partial(verify, books.store, books.model, keys=trust.keys if trust else None, since_checkpoint=True)
    try:
        return look(anchors=books.anchors), ""
    except OutageError as error:
        return look(), str(error)


def _in_store(books: Books, checked: Verification) -> Iterable[Discrepancy]:
    yield from (_of_journal(books, strange.key, strange.sentence) for strange in checked.findings)
    if checked.fault is not None:
        yield _of_journal(books, checked.fault.key, checked.sentence)
        return
    try:
        yield from packages(books.journal.state(), books.store)
    except (IntegrityError, NotFound) as error:
        yield _of_journal(books, "head", str(error))


def _in_registry(books: Books) -> list[Discrepancy]:
    differed = [r for r in reconcile(books.journal, books.registry) if r.cause != "not yet written"]
    found = [finding_of(repair) for repair in differed]
    return [*found, *model_files(books.journal.state(), books.store, books.registry)]


def _standing(before: Inspection | None) -> list[Discrepancy]:
    """What the look before found in MLflow and nobody has mended."""
    return [f for f in before.findings if f.matter in IN_MLFLOW and not f.repaired] if before else []


def _of_journal(books: Books, subject: str, sentence: str) -> Discrepancy:
    return Discrepancy(model=books.model, matter="journal", subject=subject, sentence=sentence, repaired=False)


def _told(books: Books, before: Inspection | None, findings: tuple[Discrepancy, ...], unanswered: str) -> Inspection:
    """Put down what is to be told, then remember the look; both may be done twice."""
    known = before.findings if before else ()
    new = tuple(f for f in findings if f.repaired or f not in known)
    resolved = tuple(f.sentence for f in known if not f.repaired and f not in findings)
    _note(books, findings)
    text = _text(books.model, findings, new, resolved, unanswered)
    result = Inspection(
        model=books.model,
        at=now(),
        findings=findings,
        new=new,
        resolved=resolved,
        unanswered=unanswered,
        text=text,
        key=f"{_folder(books)}{digest_of(text)}.md",
    )
    books.store.put(result.key, text.encode())
    books.store.put(f"{_folder(books)}last.json", result.to_json())
    return result


def _note(books: Books, findings: tuple[Discrepancy, ...]) -> None:
    """What was repaired is told each time; everything else once while it stands."""
    for repaired in (f for f in findings if f.repaired):
        note_event(books.store, alert_of(repaired))
    standing = [alert_of(f) for f in findings if not f.repaired]
    because = "The last look at the registry does not find it any more."
    note(books.store, books.model, GOVERNANCE, standing, at=now(), because=because)


def _text(
    model: str,
    findings: tuple[Discrepancy, ...],
    new: tuple[Discrepancy, ...],
    resolved: tuple[str, ...],
    unanswered: str,
) -> str:
    count = (
        f"{len(findings)} finding{'' if len(findings) == 1 else 's'}, {len(new)} new" if findings else "nothing differs"
    )
    lines = [f"**{model}**: {count}."]
    for finding in findings:
        state = "repaired" if finding.repaired else "new" if finding in new else "still open"
        lines.append(f"- {finding.matter}, {state}: {finding.sentence}")
    lines += [f"- resolved: {sentence}" for sentence in resolved]
    lines += [f"- not looked at: {unanswered}"] if unanswered else []
    return "\n".join(lines)


def _last(books: Books) -> Inspection | None:
    try:
        return Inspection.from_json(books.store.get(f"{_folder(books)}last.json"))
    except (NotFound, IntegrityError):
        return None


def _folder(books: Books) -> str:
    return f"{books.model}/reports/governance/"
