"""What a model takes: bytes, memory, time, money."""

from typing import Literal

from evergreen.records.candidate import Candidate
from evergreen.records.evidence import Evidence
from evergreen.records.package import ModelPackage

Resource = Literal[
    "package_bytes", "peak_memory_bytes", "training_cpu_seconds", "training_cost", "cpu_seconds_per_million_rows"
]
UNITS: dict[Resource, tuple[str, int]] = {
    "package_bytes": ("bytes in the package", 0),
    "peak_memory_bytes": ("bytes of memory at the peak of training", 0),
    "training_cpu_seconds": ("CPU seconds of training", 1),
    "training_cost": ("currency units of training", 4),
    "cpu_seconds_per_million_rows": ("CPU seconds of training for a million rows", 1),
}
"""The unit of each in words, and the decimals that are shown."""
MILLION = 1_000_000


def amount(value: float, resource: Resource) -> str:
    """A number with its unit.

    >>> amount(1_234_567, "package_bytes"), amount(0.01234, "training_cost")
    ('1,234,567 bytes in the package', '0.0123 currency units of training')
    """
    unit, places = UNITS[resource]
    return f"{value:,.{places}f} {unit}"


def spent(evidence: Evidence, resource: Resource) -> tuple[float, float | None]:
    """What the challenger takes, and the champion; None without a champion, or where its training is not known."""
    ours, champion = _amounts(evidence.package, evidence.candidate)[resource], evidence.champion
    if champion is None:
        return ours, None
    return ours, _amounts(champion, evidence.champion_candidate).get(resource)


def _amounts(package: ModelPackage, candidate: Candidate | None) -> dict[Resource, float]:
    known: dict[Resource, float] = {"package_bytes": sum(file.bytes for file in package.files)}
    if candidate is not None:
        cost = candidate.cost
        known["peak_memory_bytes"] = cost.peak_memory_bytes
        known["training_cpu_seconds"] = cost.cpu_seconds
        known["training_cost"] = cost.cost
        known["cpu_seconds_per_million_rows"] = cost.cpu_seconds / max(candidate.rows, 1) * MILLION
    return known
