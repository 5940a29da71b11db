"""Delegation: an approver who is away lends the right to answer."""

from datetime import datetime

from evergreen.core.clock import now
from evergreen.core.errors import RunError
from evergreen.flows.workspace import Workspace
from evergreen.journal.decisions import record_delegation
from evergreen.records.delegation import Delegation
from evergreen.spec.approval import Auto


def delegate(ws: Workspace, *, approver: str, delegate: str, until: datetime, reason: str) -> Delegation:
    """Write into the journal that ``delegate`` may answer for ``approver``; the caller has made sure who asks for it.

    It holds for questions that are put from now on: Airflow keeps to those whom a question named when it was put.

    Raises
    ------
    RunError
        When ``approver`` approves nothing of this model: nobody lends what they do not have.
    """
    approvers = () if isinstance(ws.spec.approval, Auto) else ws.spec.approval.approvers
    if approver not in approvers:
        known = ", ".join(approvers) or "nobody"
        raise RunError(f"{ws.model}: {approver} is no approver and cannot delegate; the approvers are {known}.")
    record = Delegation(
        model=ws.model, approver=approver, delegate=delegate, since=now(), until=until, reason=reason[:500]
    )
    record_delegation(ws.journal, record)
    return record
