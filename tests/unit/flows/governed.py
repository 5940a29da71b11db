"""Books in memory with a champion and the one before it, each with a real package and its files in the registry."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.unit.journal.story import MODEL, POLICY, RUN, Story, days

from evergreen.core.digest import sha256
from evergreen.features.packaged import FILES, Manifest, prefix_of
from evergreen.flows.books import Books
from evergreen.journal.decisions import record_approval, record_promotion, record_release, record_verdict
from evergreen.journal.journal import Journal
from evergreen.records.package import ModelPackage, PackageFile
from evergreen.stores.memory import MemoryStore
from evergreen.stores.memory_registry import MemoryRegistry

Act = Callable[[Books], object]


def stock(books: Books, registry: MemoryRegistry, number: int) -> ModelPackage:
    """Store a package of this version, and register the model file that it is of."""
    contents = {name: f"{name} of version {number}".encode() for name in FILES}
    files = tuple(PackageFile(path=n, sha256=sha256(c), bytes=len(c)) for n, c in contents.items())
    manifest = Manifest(model=MODEL, version=number, candidate="c", spec="s", data=days(0, number), files=files)
    package = manifest.package()
    for name, content in contents.items():
        books.store.put(package.prefix + name, content)
    books.store.put(package.prefix + "manifest.json", manifest.to_json())
    registry.files[f"models:/m-{number}"] = dict(contents)
    registry.create_version(MODEL, run_id=f"run{number}", model_uri=f"models:/m-{number}", tags={})
    return package


def win(books: Books, package: ModelPackage, *, against: ModelPackage | None) -> None:
    """Let the package become champion, judged against another."""
    story = Story(package.version)
    verdict = replace(story.verdict, champion=against.sha256 if against else None)
    refit = replace(story.refit, package=package)
    named: dict[str, Any] = {"package": package.sha256, "verdict": verdict.digest}
    record_verdict(books.journal, RUN, verdict, refit, POLICY)
    record_approval(books.journal, replace(story.approval, **named))
    record_release(books.journal, replace(story.release, **named))
    record_promotion(books.journal, replace(story.promotion, **named, expected_champion=verdict.champion))


def opened() -> tuple[Books, MemoryRegistry]:
    """Version 2 is champion, version 1 was; nothing is written into the registry's aliases yet."""
    store, registry = MemoryStore(), MemoryRegistry()
    books = Books(model=MODEL, store=store, registry=registry, journal=Journal(store, MODEL))
    first, second = stock(books, registry, 1), stock(books, registry, 2)
    win(books, first, against=None)
    win(books, second, against=first)
    return books, registry


def package_key(books: Books, number: int, name: str) -> str:
    """The key of a file of a former champion's package."""
    (standing,) = (s for s in books.journal.state().reigned.values() if s.version == number)
    return str(Path(prefix_of(MODEL, standing.package)) / name)
