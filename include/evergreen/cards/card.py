"""From the facts of a version to its card in the object store and in MLflow."""

from evergreen.cards import judgement, origins
from evergreen.cards.facts import Facts
from evergreen.core.digest import digest_of
from evergreen.pages.page import html, markdown
from evergreen.records.card import Card
from evergreen.stores.ports import ObjectStore, RunTracker

CHAPTERS = (
    origins.purpose,
    origins.data,
    judgement.performance,
    judgement.slices,
    judgement.fairness,
    judgement.figures,
    judgement.importance,
    judgement.gates,
    judgement.approval,
    origins.lineage,
    origins.costs,
)
ARTIFACT = "card/card"


def card(facts: Facts, store: ObjectStore, tracking: RunTracker) -> Card:
    """Write the card at ``<model>/reports/cards/<version>/<digest>.{html,md}`` and beside the MLflow run of the version.

    Equal facts give equal bytes, hence the same key. MLflow keeps the newest card only; the object store keeps each.
    """
    version, spec = facts.refit.version, facts.spec
    title = f"{spec.name}, version {version.number}"
    sections = tuple(chapter(facts) for chapter in CHAPTERS)
    pages = {"html": html(title, sections), "md": markdown(title, sections)}
    digest = digest_of(pages)
    keys = {kind: f"{spec.name}/reports/cards/{version.number}/{digest}.{kind}" for kind in pages}
    for kind, text in pages.items():
        store.put(keys[kind], text.encode())
        tracking.log_text(facts.refit.candidate.run_id, f"{ARTIFACT}.{kind}", text)
    return Card(
        model=spec.name,
        run_id=facts.run.run_id,
        version=version.number,
        package=facts.refit.package.sha256,
        sha256=digest,
        html_key=keys["html"],
        markdown_key=keys["md"],
        approved=facts.approval.approved if facts.approval else None,
    )
