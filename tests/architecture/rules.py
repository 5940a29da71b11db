"""What import-linter cannot express. A rule takes the modules of a tree and gives its violations, each a sentence."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from .source import Module, imports

LONGEST_MODULE = 250
LONGEST_FUNCTION = 40
VAGUE = {"common", "helper", "helpers", "manager", "misc", "util", "utils"}
HEAVY = {
    "alembic", "boto3", "botocore", "docker", "duckdb", "fairlearn", "great_expectations", "matplotlib", "mlflow", "numba",
    "numpy", "onnxruntime", "pandas", "pyarrow", "scipy", "skl2onnx", "sklearn", "skops", "sqlalchemy",
}  # fmt: skip
LIGHT = (
    "evergreen.cli",
    "evergreen.core",
    "evergreen.journal",
    "evergreen.records",
    "evergreen.spec",
    "evergreen_airflow",
    "dags",
)
"""Rooms whose import pulls in nothing heavy, not even through another room."""
ENVIRONMENT = "include/evergreen/core/settings.py"
CLOCK = "include/evergreen/core/clock.py"

DOORS = ("include/evergreen/journal/decisions.py", "include/evergreen/journal/rollback.py")
"""The modules that may write who is champion, each with the rules for it."""
ALIAS_SETTERS = ("set_alias", "delete_alias", "set_registered_model_alias", "delete_registered_model_alias")

Violations = Iterator[str]


def dags_never_import_evergreen(tree: Iterable[Module]) -> Violations:
    """A DAG file is wiring: it knows operators only."""
    for module in tree:
        if module.path.startswith("dags/"):
            for line, name in imports(module.tree):
                if name.split(".")[0] == "evergreen":
                    yield f"{module.path}:{line} imports {name}; import an operator of evergreen_airflow"


def only_settings_read_the_environment(tree: Iterable[Module]) -> Violations:
    """One module names every variable, so that an installation can be understood."""
    for module in _packages(tree):
        if module.path != ENVIRONMENT:
            nodes = list(ast.walk(module.tree))
            # A store may give its client library a default; it decides nothing by what it finds.
            defaults = {id(n.value) for n in nodes if isinstance(n, ast.Attribute) and n.attr == "setdefault"}
            for node in nodes:
                if _dotted(node) in ("os.environ", "os.environb", "os.getenv") and id(node) not in defaults:
                    yield f"{module.path}:{_line(node)} reads the environment; ask core.settings"
            for line, name in imports(module.tree):
                if name in ("os.environ", "os.getenv"):
                    yield f"{module.path}:{line} imports {name}; ask core.settings"


def only_the_clock_asks_for_now(tree: Iterable[Module]) -> Violations:
    """Every other time is derived from ``as_of`` or given, so that a run can be repeated."""
    for module in _packages(tree):
        if module.path != CLOCK:
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today"):
                    owner = _dotted(node.value).split(".")[-1]
                    if owner in ("date", "datetime", "pendulum", "Timestamp"):
                        yield f"{module.path}:{node.lineno} asks {owner} for the time; ask core.clock"


def light_rooms_start_light(tree: Iterable[Module]) -> Violations:
    """DAG parsing and the command line import these rooms: a heavy import there costs seconds each time."""
    by_name = {module.name: module for module in tree}
    for name, module in by_name.items():
        if name.startswith(LIGHT) or module.path.startswith("plugins/"):
            for reached, way in _reached(name, by_name).items():
                heavy = {i.split(".")[0] for i in by_name[reached].imported_at_start} & HEAVY
                for library in sorted(heavy):
                    yield f"{' -> '.join(way)} imports {library} at module level; import it where it is used"


def one_door_to_champion(tree: Iterable[Module]) -> Violations:
    """Who is champion is decided in two modules of the journal, and only the registry's room moves aliases."""
    for module in _packages(tree):
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call):
                continue
            called = _dotted(node.func).split(".")[-1]
            if called == "Draft" and module.path not in DOORS and _crowns(node):
                yield f"{module.path}:{node.lineno} drafts a champion; call journal.decisions or journal.rollback"
            inside = module.path.startswith(("include/evergreen/registry/", "include/evergreen/stores/"))
            if isinstance(node.func, ast.Attribute) and node.func.attr in ALIAS_SETTERS and not inside:
                yield f"{module.path}:{node.lineno} moves an alias; let registry.reconcile follow the journal"


def modules_are_short(tree: Iterable[Module]) -> Violations:
    """A module is read in one sitting."""
    for module in tree:
        lines = len(module.text.splitlines())
        if lines > LONGEST_MODULE:
            yield f"{module.path} has {lines} lines, more than {LONGEST_MODULE}"


def functions_are_short(tree: Iterable[Module]) -> Violations:
    """A function is seen at once; its docstring does not count."""
    for module in tree:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = _length(node)
                if lines > LONGEST_FUNCTION:
                    yield f"{module.path}:{node.lineno} {node.name} has {lines} lines, more than {LONGEST_FUNCTION}"


def names_say_something(tree: Iterable[Module]) -> Violations:
    """A drawer named utils fills up."""
    for module in tree:
        for step in Path(module.path).with_suffix("").parts:
            if step in VAGUE:
                yield f"{module.path} is named {step}; name what it holds"


def modules_have_tests(tree: Iterable[Module], tests: Path, covered_by: dict[str, str]) -> Violations:
    """``include/evergreen/data/split.py`` is tested by ``tests/unit/data/test_split.py``, or by what ``covered_by`` says.

    ``covered_by`` maps a module, or a folder that ends with ``/``, to a test below ``tests``.
    """
    used: set[str] = set()
    for module in _packages(tree):
        path = Path(module.path)
        if path.name in ("__init__.py", "__main__.py"):
            continue
        room = Path(*path.parts[2:]) if path.parts[0] == "include" else Path(*path.parts[1:])
        mirror = Path("unit") / room.with_name(f"test_{path.name}")
        others = [key for key in covered_by if module.path == key or (key[-1] == "/" and module.path.startswith(key))]
        if not (tests / mirror).is_file():
            used |= set(others)
            if not any((tests / covered_by[key]).is_file() for key in others):
                yield f"{module.path} has no tests/{mirror}"
    for key in sorted(covered_by.keys() - used):
        yield f"{key} needs no entry: take it off the list of modules that another test covers"


def _packages(tree: Iterable[Module]) -> Iterator[Module]:
    return (module for module in tree if module.path.startswith(("include/", "plugins/")))


def _reached(start: str, by_name: dict[str, Module]) -> dict[str, tuple[str, ...]]:
    """Our own modules that importing ``start`` imports, each with the way there."""
    ways: dict[str, tuple[str, ...]] = {start: (start,)}
    stack = [start]
    while stack:
        name = stack.pop()
        below = set(by_name[name].imported_at_start)
        below |= {".".join(i.split(".")[:n]) for i in below for n in range(1, i.count(".") + 1)}
        for imported in sorted(below & by_name.keys() - ways.keys()):
            ways[imported] = (*ways[name], imported)
            stack.append(imported)
    return ways


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def _crowns(draft: ast.Call) -> bool:
    """Whether the draft is of a kind that makes a champion, or of one that cannot be read off the source."""
    kind = next((k.value for k in draft.keywords if k.arg == "kind"), None)
    if isinstance(kind, ast.Constant):
        return kind.value in ("promotion", "rollback")
    name = _dotted(kind) if kind is not None else ""
    return not name.startswith("Kind.") or name in ("Kind.PROMOTION", "Kind.ROLLBACK")


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 1))
