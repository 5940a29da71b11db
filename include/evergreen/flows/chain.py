"""The whole retraining chain in one process: what the DAG does, without Airflow."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from evergreen.flows import retrain as step
from evergreen.flows.card import card
from evergreen.flows.reference import reference
from evergreen.flows.report import report
from evergreen.flows.workspace import Workspace
from evergreen.records.report import Report
from evergreen.records.run import Run
from evergreen.records.verdict import Judgement

Around = Callable[[str], AbstractContextManager[None]]


def retrain(ws: Workspace, run: Run, *, around: Around = lambda _: nullcontext()) -> Report:
    """Take a run from its snapshot to its report; a refusal ends it early, and is data.

    Parameters
    ----------
    around
        Called with the name of each step; its context is open while the step runs. For progress.
    """
    run = step.begin(ws, run)
    with around("snapshot"):
        step.snapshot(ws, run)
    with around("validate"):
        sound = step.validate(ws, run).passed
    if sound:
        for name in ("split", "train", "register", "package", "evaluate"):
            with around(name):
                getattr(step, name)(ws, run)
        with around("gate"):
            verdict = step.gate(ws, run)
        if verdict.judgement is Judgement.PASS:
            with around("refit"):
                step.refit(ws, run)
            with around("card"):
                card(ws, run)
            with around("reference"):
                reference(ws, run)
    return report(ws, run)
