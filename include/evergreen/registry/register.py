"""Register: a candidate becomes a version of the registered model."""

from evergreen.core.errors import NotFound
from evergreen.records.candidate import Candidate
from evergreen.records.version import Version
from evergreen.stores.ports import ModelRegistry


def register(candidate: Candidate, registry: ModelRegistry) -> Version:
    """The version of ``candidate``: the one that has its key, or a new one.

    The tags go in with the version in one request, so that a version without its key cannot be left behind. The oldest
    version of a key is the one that counts, should two workers have registered it at once.
    """
    found = registry.find_version(candidate.model, candidate.key)
    if found is None:
        registry.create_version(
            candidate.model, run_id=candidate.run_id, model_uri=candidate.model_uri, tags=tags(candidate)
        )
        found = registry.find_version(candidate.model, candidate.key)
    if found is None:
        raise NotFound(f"{candidate.model}: the version just registered for key {candidate.key[:12]} is not there.")
    return Version(
        model=candidate.model, key=candidate.key, number=found.number, run_id=found.run_id, data=candidate.data
    )


def tags(candidate: Candidate) -> dict[str, str]:
    """What a version says of its origin. ``stage`` follows the ladder later; a candidate has none."""
    return {
        "evergreen.key": candidate.key,
        "stage": "None",
        "evergreen.fitted_on": candidate.fitted_on,
        "evergreen.snapshot": candidate.snapshot,
        "evergreen.split": candidate.split,
        "evergreen.spec": candidate.spec,
        "evergreen.environment": candidate.environment,
        "evergreen.code": candidate.code,
        "evergreen.git_commit": candidate.git_commit or "unknown",
        "evergreen.data_start": candidate.data.start.isoformat(),
        "evergreen.data_end": candidate.data.end.isoformat(),
        "evergreen.rows": str(candidate.rows),
    }
