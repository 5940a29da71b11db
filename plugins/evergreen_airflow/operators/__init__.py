"""One operator a step, all of one shape: see `evergreen_airflow.operators.step`."""

from evergreen_airflow.operators.alert import AlertOperator, FleetAlertOperator
from evergreen_airflow.operators.answer import AnswerOperator
from evergreen_airflow.operators.approve import ApproveOperator
from evergreen_airflow.operators.ask import AskOperator
from evergreen_airflow.operators.card import CardOperator
from evergreen_airflow.operators.claim import ClaimOperator
from evergreen_airflow.operators.confirm import ConfirmOperator
from evergreen_airflow.operators.evaluate import EvaluateOperator
from evergreen_airflow.operators.freeze import FreezeOperator
from evergreen_airflow.operators.gate import GateOperator
from evergreen_airflow.operators.govern import GovernOperator
from evergreen_airflow.operators.light import LightOperator
from evergreen_airflow.operators.monitor import DecideOperator, MonitorOperator
from evergreen_airflow.operators.package import PackageOperator
from evergreen_airflow.operators.promote import PromoteOperator
from evergreen_airflow.operators.reference import ReferenceOperator
from evergreen_airflow.operators.refit import RefitOperator
from evergreen_airflow.operators.register import RegisterOperator
from evergreen_airflow.operators.release import ReleaseOperator
from evergreen_airflow.operators.release_report import ReleaseReportOperator
from evergreen_airflow.operators.report import ReportOperator
from evergreen_airflow.operators.requested import RequestedOperator
from evergreen_airflow.operators.rollback import RollbackOperator
from evergreen_airflow.operators.rollback_found import RollbackFoundOperator
from evergreen_airflow.operators.snapshot import SnapshotOperator
from evergreen_airflow.operators.split import SplitOperator
from evergreen_airflow.operators.train import TrainOperator
from evergreen_airflow.operators.trigger import TriggerFoundOperator, TriggerOperator
from evergreen_airflow.operators.unconfirmed import UnconfirmedOperator
from evergreen_airflow.operators.validate import ValidateOperator

__all__ = [
    "AlertOperator",
    "AnswerOperator",
    "ApproveOperator",
    "AskOperator",
    "CardOperator",
    "ClaimOperator",
    "ConfirmOperator",
    "DecideOperator",
    "EvaluateOperator",
    "FleetAlertOperator",
    "FreezeOperator",
    "GateOperator",
    "GovernOperator",
    "LightOperator",
    "MonitorOperator",
    "PackageOperator",
    "PromoteOperator",
    "ReferenceOperator",
    "RefitOperator",
    "RegisterOperator",
    "ReleaseOperator",
    "ReleaseReportOperator",
    "ReportOperator",
    "RequestedOperator",
    "RollbackFoundOperator",
    "RollbackOperator",
    "SnapshotOperator",
    "SplitOperator",
    "TrainOperator",
    "TriggerFoundOperator",
    "TriggerOperator",
    "UnconfirmedOperator",
    "ValidateOperator",
]
