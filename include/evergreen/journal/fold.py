"""The fold: from entries to a state, one entry at a time."""

from collections.abc import Callable
from dataclasses import replace

from evergreen.core.errors import IntegrityError
from evergreen.journal.accounts import answered, forgot, judged, measured
from evergreen.journal.bodies import Evaluated, Judged
from evergreen.journal.entry import SIGNED, Entry, Kind, body_of, check_signature, key_of
from evergreen.journal.served import advance
from evergreen.journal.signing import Keyring
from evergreen.journal.state import RUNGS, Frozen, RequestStatus, Rung, Standing, State
from evergreen.records.approval import Approval
from evergreen.records.delegation import Delegation
from evergreen.records.forget import Forget
from evergreen.records.freeze import Freeze
from evergreen.records.interval import Interval
from evergreen.records.promotion import Promotion
from evergreen.records.release import Release
from evergreen.records.rollback import Rollback


class Fold:
    """What was read of a journal so far, from its beginning or from the state ``start``.

    Where ``keys`` are given, an entry of a kind that must be signed counts only with a signature by one of them.
    Entries of kinds that this release does not know change only the head.
    """

    def __init__(self, model: str, start: State | None = None, keys: Keyring | None = None) -> None:
        start = start or State(model=model)
        self.model, self.trusted = model, keys or Keyring()
        self.sequence, self.digest = start.sequence, start.digest
        self._rungs: dict[Rung, Standing | None] = {rung: start.on(rung) for rung in RUNGS}
        self._held: dict[Rung, frozenset[int]] = dict(start.held)
        self._keys: dict[str, int] = dict(start.keys)
        self._passed: dict[str, Standing] = dict(start.passed)
        self._approved: dict[str, Approval] = dict(start.approved)
        self._delegations = start.delegations
        self._released: dict[str, str] = dict(start.released)
        self._requests: dict[str, RequestStatus] = dict(start.requests)
        self._reigned = dict(start.reigned)
        self._accounts = dict(start.accounts)
        self._frozen, self._freezes = start.frozen, start.freezes
        self._looked_at: list[tuple[Interval, str]] = list(start.looked_at)
        self._state: State | None = None
        self._readers: dict[str, Callable[[Entry], None]] = {
            Kind.EVALUATION: self._evaluation,
            Kind.VERDICT: self._verdict,
            Kind.APPROVAL: self._approval,
            Kind.DELEGATION: self._delegation,
            Kind.RELEASE: self._release,
            Kind.PROMOTION: self._promotion,
            Kind.ROLLBACK: self._rollback,
            Kind.FREEZE: self._freeze,
            Kind.LIFT: self._lift,
            Kind.FORGET: self._forget,
            Kind.REQUEST_OPENED: self._request,
            Kind.REQUEST_CONFIRMED: self._request,
            Kind.REQUEST_CLAIMED: self._request,
            Kind.REQUEST_CLOSED: self._request,
        }

    @property
    def kinds(self) -> list[str]:
        """The kinds of entries that are read."""
        return sorted(self._readers)

    def add(self, entry: Entry, digest: str) -> None:
        """Take in the next entry, and the digest of the bytes that it was read from.

        Raises
        ------
        IntegrityError
            When it is not the next one, holds another digest of the entry before it, repeats an idempotency key, is
            not signed as it must be, or its body is not what its kind says. The fold is unchanged then.
        """
        key = key_of(self.model, entry.sequence)
        if entry.sequence != self.sequence + 1:
            raise IntegrityError(f"{key}: entry {self.sequence + 1} is missing before it.")
        if entry.previous != self.digest:
            raise IntegrityError(f"{key}: it does not follow from entry {self.sequence} as that one is stored now.")
        if entry.key in self._keys:
            raise IntegrityError(f"{key}: it decides again what entry {self._keys[entry.key]} has decided.")
        if self.trusted and (entry.kind in SIGNED or entry.signature is not None):
            check_signature(entry, self.model, self.trusted)
        if entry.kind in self._readers:
            self._readers[entry.kind](entry)
        self._keys[entry.key] = entry.sequence
        self.sequence, self.digest, self._state = entry.sequence, digest, None

    def state(self) -> State:
        """The state after the entries so far; it does not change when the fold goes on."""
        if self._state is None:
            self._state = State(
                model=self.model,
                sequence=self.sequence,
                digest=self.digest,
                challenger=self._rungs.get("challenger"),
                releasing=self._rungs.get("releasing"),
                champion=self._rungs.get("champion"),
                previous=self._rungs.get("previous"),
                held=dict(self._held),
                keys=dict(self._keys),
                passed=dict(self._passed),
                approved=dict(self._approved),
                delegations=self._delegations,
                released=dict(self._released),
                requests=dict(self._requests),
                reigned=dict(self._reigned),
                accounts=dict(self._accounts),
                frozen=self._frozen,
                freezes=self._freezes,
                looked_at=tuple(self._looked_at),
            )
        return self._state

    def _evaluation(self, entry: Entry) -> None:
        body = body_of(entry, Evaluated)
        self._looked_at.append((body.span, body.evaluation.package))
        measured(self._accounts, body)

    def _verdict(self, entry: Entry) -> None:
        body = body_of(entry, Judged)
        judged(self._accounts, body)
        if body.challenger is None:
            return
        standing = Standing(
            version=body.challenger.version,
            package=body.challenger.package,
            verdict=body.verdict_digest,
            against=body.verdict.champion,
            approval=body.policy.approval,
            data=body.challenger.data,
            sequence=entry.sequence,
        )
        self._passed[standing.package] = standing
        if standing.package not in (self._package_on("champion"), self._package_on("releasing")):
            self._place("challenger", standing)

    def _approval(self, entry: Entry) -> None:
        body = body_of(entry, Approval)
        answered(self._accounts, body)
        if body.approved:
            self._approved[body.package] = body
            return
        self._approved.pop(body.package, None)
        if self._package_on("challenger") == body.package:
            self._rungs["challenger"] = None

    def _delegation(self, entry: Entry) -> None:
        body = body_of(entry, Delegation)
        pair = (body.approver, body.delegate)
        self._delegations = (*(d for d in self._delegations if (d.approver, d.delegate) != pair), body)

    def _release(self, entry: Entry) -> None:
        body = body_of(entry, Release)
        standing = self._standing(body.package, entry)
        self._released[body.package] = body.verdict
        if self._package_on("challenger") == body.package:
            self._rungs["challenger"] = None
        self._place("releasing", standing)

    def _promotion(self, entry: Entry) -> None:
        self._crown(body_of(entry, Promotion).package, entry)

    def _rollback(self, entry: Entry) -> None:
        self._crown(body_of(entry, Rollback).package, entry)

    def _crown(self, package: str, entry: Entry) -> None:
        standing = self._standing(package, entry)
        champion = self._rungs.get("champion")
        if champion is not None:
            self._place("previous", replace(champion, sequence=entry.sequence))
        self._place("champion", standing)
        self._reigned[package] = standing
        rungs: tuple[Rung, ...] = ("challenger", "releasing")
        for rung in rungs:
            if self._package_on(rung) == package:
                self._rungs[rung] = None

    def _freeze(self, entry: Entry) -> None:
        body = body_of(entry, Freeze)
        self._frozen = Frozen(by=body.by, at=entry.at, reason=body.reason, sequence=entry.sequence)
        self._freezes += 1

    def _lift(self, entry: Entry) -> None:  # noqa: ARG002 (whoever lifts, it holds no more)
        self._frozen = None

    def _forget(self, entry: Entry) -> None:
        forgot(self._accounts, body_of(entry, Forget))

    def _request(self, entry: Entry) -> None:
        advance(self._requests, entry, self.model)

    def _place(self, rung: Rung, standing: Standing) -> None:
        self._rungs[rung] = standing
        self._held[rung] = self._held.get(rung, frozenset()) | {standing.version}

    def _package_on(self, rung: Rung) -> str | None:
        standing = self._rungs.get(rung)
        return standing.package if standing else None

    def _standing(self, package: str, entry: Entry) -> Standing:
        if package not in self._passed:
            raise IntegrityError(
                f"{key_of(self.model, entry.sequence)}: package {package[:12]} never passed its gates."
            )
        return replace(self._passed[package], sequence=entry.sequence)
