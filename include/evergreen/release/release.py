"""Release: the authorisation to load an approved package."""

from evergreen.core.errors import Refused
from evergreen.records.approval import Approval
from evergreen.records.release import Release


def release(approval: Approval) -> Release:
    """Release the approved package directly to champion.

    Raises
    ------
    Refused
        When the answer was no.
    """
    if not approval.approved:
        raise Refused(
            f"{approval.model}: version {approval.version} was rejected by {approval.approved_by}: {approval.reason}"
        )
    return Release(
        model=approval.model,
        package=approval.package,
        version=approval.version,
        verdict=approval.verdict,
        stage="direct",
    )
