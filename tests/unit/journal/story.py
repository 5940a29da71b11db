"""Records of a model's life, small and consistent, for the tests of journal, registry and release."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from evergreen.core.digest import sha256
from evergreen.journal.bodies import Confirmed, Policy
from evergreen.journal.decisions import record_approval, record_promotion, record_release, record_verdict
from evergreen.journal.entry import Draft
from evergreen.journal.journal import Journal
from evergreen.records.account import Origin
from evergreen.records.approval import Approval
from evergreen.records.candidate import Candidate, Cost
from evergreen.records.evaluation import Evaluation
from evergreen.records.forget import Forget
from evergreen.records.interval import Interval
from evergreen.records.package import ModelPackage
from evergreen.records.promotion import Promotion
from evergreen.records.refit import Parity, Refit
from evergreen.records.release import Release
from evergreen.records.request import Confirmation, RetrainRequest
from evergreen.records.rollback import Rollback
from evergreen.records.run import Run, Way
from evergreen.records.split import Span, Split
from evergreen.records.verdict import Judgement, RuleOutcome, Verdict
from evergreen.records.version import Version

MODEL = "small"
START = datetime(2013, 1, 1, tzinfo=UTC)
POLICY = Policy(owner="Tests")
RUN = Run(model=MODEL, run_id="manual__1", way=Way.MANUAL, as_of=START, asked_by="ada", reason="test")


def days(start: int, end: int) -> Interval:
    return Interval(start=START + timedelta(days=start), end=START + timedelta(days=end))


def package_of(number: int) -> str:
    """The digest of the package of a version."""
    return sha256(f"package {number}".encode())


def origin_of(number: int) -> Origin:
    return Origin(version=number, snapshot="s", git_commit="c0ffee")


def rollback_of(number: int, *, taken_back: int, run_id: str = "back") -> Rollback:
    return Rollback(
        model=MODEL,
        run_id=run_id,
        package=package_of(number),
        version=number,
        expected_champion=package_of(taken_back),
        by="ada",
        reason="worse",
    )


def forget_of(snapshot: str) -> Forget:
    """The order to erase somebody's rows of a snapshot."""
    return Forget(
        model=MODEL,
        request="r" * 64,
        columns=("customer",),
        by="ada",
        reason="asked to",
        at=START,
        objects=1,
        versions_erased=0,
        rows=3,
        parts=1,
        part_rows=2,
        unsearched=0,
        snapshots=(snapshot,),
        versions=(1,),
    )


def request_of(request_id: str, reason: str = "drift") -> RetrainRequest:
    return RetrainRequest(model=MODEL, request_id=request_id, asked_by="ada", reason=reason)


def confirmed_of(request_id: str, by: str = "ada") -> Confirmed:
    return Confirmed(request_id=request_id, confirmed_by=by, cause="storms", evidence="e" * 64, answered_at=START)


def unconfirmed_of(request_id: str) -> RetrainRequest:
    confirmation = Confirmation(confirmers=("ada", "ben"), within=timedelta(hours=1))
    return replace(request_of(request_id), confirmation=confirmation)


@dataclass(frozen=True)
class Story:
    """What happens to one version, which was judged against the champion ``against``."""

    number: int
    against: int | None = None
    judgement: Judgement = Judgement.PASS
    parity: bool = True

    @property
    def verdict(self) -> Verdict:
        rule = RuleOutcome(
            rule="minimum",
            judgement=self.judgement,
            severity="block",
            sentence="AUC 0.70.",
            value=0.7,
            threshold=0.6,
            low=None,
            high=None,
        )
        return Verdict(
            model=MODEL,
            judgement=self.judgement,
            package=sha256(f"gated {self.number}".encode()),
            champion=package_of(self.against) if self.against else None,
            evaluation=sha256(f"evaluation {self.number} against {self.against}".encode()),
            outcomes=(rule,),
        )

    @property
    def refit(self) -> Refit:
        data = days(0, self.number)
        version = Version(
            model=MODEL, key=f"key {self.number}", number=self.number, run_id=f"run{self.number}", data=data
        )
        package = ModelPackage(
            model=MODEL, version=self.number, sha256=package_of(self.number), prefix="p", files=(), data=data
        )
        return Refit(
            model=MODEL,
            gated=self.verdict.package,
            package=package,
            candidate=candidate_of(self.number, data),
            version=version,
            parity=Parity(
                rows=100, correlation=0.9, mean_difference=0.0, passed=self.parity, sentence="Rank correlation 0.9."
            ),
        )

    @property
    def approval(self) -> Approval:
        return Approval(
            model=MODEL,
            verdict=self.verdict.digest,
            package=package_of(self.number),
            version=self.number,
            approved=True,
            approved_by="policy:auto",
            reason="The verdict is PASS.",
        )

    @property
    def release(self) -> Release:
        return Release(
            model=MODEL,
            package=package_of(self.number),
            version=self.number,
            verdict=self.verdict.digest,
            stage="direct",
        )

    @property
    def promotion(self) -> Promotion:
        return Promotion(
            model=MODEL,
            package=package_of(self.number),
            version=self.number,
            verdict=self.verdict.digest,
            expected_champion=self.verdict.champion,
            data=days(0, self.number),
        )

    def judge(self, journal: Journal) -> None:
        record_verdict(journal, RUN, self.verdict, self.refit, POLICY)

    def clear(self, journal: Journal) -> None:
        """Judge, approve and release: all but the promotion."""
        self.judge(journal)
        record_approval(journal, self.approval)
        record_release(journal, self.release)

    def win(self, journal: Journal) -> None:
        self.clear(journal)
        record_promotion(journal, self.promotion)


def candidate_of(number: int, data: Interval) -> Candidate:
    return Candidate(
        model=MODEL,
        key=f"key {number}",
        fitted_on="mature",
        snapshot="s",
        split="s",
        spec="s",
        environment="e",
        code="c",
        git_commit=None,
        git_dirty=None,
        hyperparameters={},
        seed=0,
        data=data,
        rows=100,
        run_id=f"run{number}",
        model_uri=f"models:/m-{number}",
        cost=Cost(wall_seconds=1.0, cpu_seconds=1.0, peak_memory_bytes=1, iterations=None, cost=0.0),
    )


def evaluation_of(package: str, span: Interval, looks: int = 0) -> Evaluation:
    return Evaluation(
        model=MODEL,
        package=package,
        champion=None,
        span=span,
        rows=10,
        units=5,
        looks=looks,
        comparable=True,
        reason="",
        metrics=(),
        differences=(),
    )


def split_of(test: Interval) -> Split:
    span = Span(interval=test, rows=10, label_rate=0.2, units=5)
    return Split(
        model=MODEL, snapshot="s", as_of=test.end, train=span, calibration=span, test=span, mature=span, leakage={}
    )


def note(key: str, kind: str = "note") -> Draft:
    """A draft of a kind that this release does not read."""
    return Draft(kind=kind, key=key, body={"number": 1.5, "text": "é"})
