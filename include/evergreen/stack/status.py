"""What the supervisor writes for those who ask: the state of every component."""

import json
import os
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path


class Phase(StrEnum):
    """Where a component is on its way."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True)
class ComponentStatus:
    """One component. ``since`` is when its process was started (Unix seconds), ``seconds`` what it took to be ready."""

    phase: Phase
    pid: int | None = None
    since: float | None = None
    seconds: float | None = None
    restarts: int = 0
    once: bool = False
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class StackStatus:
    """The supervisor's process and its components, in the order of the Procfile."""

    supervisor: int
    components: dict[str, ComponentStatus]

    @property
    def ready(self) -> bool:
        """Whether every component does its work."""
        return all(component.phase is Phase.READY for component in self.components.values())

    @property
    def failed(self) -> list[str]:
        """Names of the components that the supervisor has given up."""
        return [name for name, component in self.components.items() if component.phase is Phase.FAILED]


def write(path: Path, status: StackStatus) -> None:
    """Replace the file in one step."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.write_text(json.dumps(asdict(status)))
    draft.replace(path)


def read(path: Path) -> StackStatus | None:
    """What the supervisor wrote last; ``None`` when there is none."""
    try:
        document = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    components = {
        name: ComponentStatus(**fields | {"phase": Phase(fields["phase"])})
        for name, fields in document["components"].items()
    }
    return StackStatus(supervisor=document["supervisor"], components=components)
