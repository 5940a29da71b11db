"""An entry in one line, for people."""

from collections.abc import Callable, Mapping
from typing import Any

from evergreen.journal.entry import Entry, Kind


def describe(entry: Entry) -> str:
    """Sequence number, time, kind, actor and the gist of an entry; for a kind of a newer release without the gist."""
    gist = _GIST.get(entry.kind)
    said = f": {gist(entry.body)}" if gist else ""
    return f"{entry.sequence:>5}  {entry.at:%Y-%m-%d %H:%M:%S}  {entry.kind} by {entry.actor}{said}"


def _snapshot(body: Mapping[str, Any]) -> str:
    return f"{body['rows']:,} rows in {body['parts']} parts, {'sound' if body['passed'] else 'refused'}"


def _evaluation(body: Mapping[str, Any]) -> str:
    numbers = body["evaluation"]
    return f"package {numbers['package'][:12]} on {numbers['rows']:,} test rows"


def _verdict(body: Mapping[str, Any]) -> str:
    challenger = body["challenger"]
    after = f", version {challenger['version']} is challenger" if challenger else ""
    return f"{body['verdict']['judgement']} for package {body['verdict']['package'][:12]}{after}"


def _approval(body: Mapping[str, Any]) -> str:
    return f"version {body['version']} {'approved' if body['approved'] else 'rejected'}: {body['reason']}"


def _delegation(body: Mapping[str, Any]) -> str:
    return f"{body['delegate']} may answer for {body['approver']} until {body['until']}: {body['reason']}"


def _release(body: Mapping[str, Any]) -> str:
    return f"version {body['version']} ({body['stage']}), package {body['package'][:12]}"


def _promotion(body: Mapping[str, Any]) -> str:
    return f"version {body['version']} is champion, package {body['package'][:12]}"


def _rollback(body: Mapping[str, Any]) -> str:
    return f"version {body['version']} is champion again, package {body['package'][:12]}: {body['reason']}"


def _reason(body: Mapping[str, Any]) -> str:
    return str(body["reason"])


def _forget(body: Mapping[str, Any]) -> str:
    return f"{body['rows']} rows in objects, {body['part_rows']} in parts of {len(body['snapshots'])} snapshots: {body['reason']}"


def _opened(body: Mapping[str, Any]) -> str:
    return f"{body['request_id']}: {body['reason']}"


def _confirmed(body: Mapping[str, Any]) -> str:
    return f"{body['request_id']}: {body['cause']}"


def _claimed(body: Mapping[str, Any]) -> str:
    return f"{body['request_id']} until {body['lease_until']}"


def _closed(body: Mapping[str, Any]) -> str:
    return f"{body['request_id']}: {body['outcome']}"


_GIST: dict[str, Callable[[Mapping[str, Any]], str]] = {
    Kind.SNAPSHOT: _snapshot,
    Kind.EVALUATION: _evaluation,
    Kind.VERDICT: _verdict,
    Kind.APPROVAL: _approval,
    Kind.DELEGATION: _delegation,
    Kind.RELEASE: _release,
    Kind.PROMOTION: _promotion,
    Kind.ROLLBACK: _rollback,
    Kind.FREEZE: _reason,
    Kind.LIFT: _reason,
    Kind.FORGET: _forget,
    Kind.REQUEST_OPENED: _opened,
    Kind.REQUEST_CONFIRMED: _confirmed,
    Kind.REQUEST_CLAIMED: _claimed,
    Kind.REQUEST_CLOSED: _closed,
}
