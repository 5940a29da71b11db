"""MemoryMlflow: trainings and versions of one process, as MLflow keeps them."""

from evergreen.stores.memory_registry import MemoryRegistry
from evergreen.stores.memory_tracker import MemoryTracker


class MemoryMlflow(MemoryTracker, MemoryRegistry):
    """Both halves of MLflow; the registry finds the model files that the tracker stored."""

    def __init__(self) -> None:
        MemoryRegistry.__init__(self)
        MemoryTracker.__init__(self)
        self.files = self.models
