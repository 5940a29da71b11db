"""The source tree as the rules of this house see it."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE_DIRS = ("include/evergreen", "plugins/evergreen_airflow", "dags", "models", "benchmarks")


@dataclass(frozen=True)
class Module:
    """One source file, by its path below the root of the repository."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def imported_at_start(self) -> frozenset[str]:
        """The dotted names that importing this module imports."""
        return frozenset(name for _, name in imports(self.tree, top_level=True))

    @property
    def name(self) -> str:
        """The dotted name by which it is imported: ``evergreen.core.clock``, ``dags.retrain``."""
        steps = list(Path(self.path).with_suffix("").parts)
        if steps[0] in ("include", "plugins"):
            steps = steps[1:]
        return ".".join(steps[:-1] if steps[-1] == "__init__" else steps)


@cache
def modules(root: Path = ROOT) -> tuple[Module, ...]:
    """Every source module below ``root``; folders that do not exist yet have none."""
    paths = sorted(p for folder in SOURCE_DIRS for p in (root / folder).rglob("*.py"))
    paths += sorted((root / "plugins").glob("*.py"))
    return tuple(Module(str(p.relative_to(root)), p.read_text(encoding="utf-8")) for p in paths)


def with_violation(tree: Iterable[Module], path: str, text: str) -> tuple[Module, ...]:
    """The tree with a piece of source at the end of a module, which may be new."""
    before = next((m.text for m in tree if m.path == path), "")
    return (*(m for m in tree if m.path != path), Module(path, f"{before}\n{text}\n"))


def imports(tree: ast.AST, *, top_level: bool = False) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of what is imported; ``top_level`` leaves out what is imported inside functions.

    ``from a import b`` gives both ``a`` and ``a.b``, since ``b`` may be a module.
    """
    for node in at_import(tree) if top_level else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def at_import(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run when the module is imported: not the bodies of functions nor of ``if TYPE_CHECKING``."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        yield child
        yield from at_import(child)
