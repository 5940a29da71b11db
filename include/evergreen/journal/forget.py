"""Forget: that the rows of one person are erased, without a word of what they were."""

from evergreen.journal.entry import Draft, Entry, Kind
from evergreen.journal.journal import Journal
from evergreen.records.forget import Forget


def record_forget(journal: Journal, order: Forget) -> Entry:
    """Note the order before the first row is erased, so that no erasure is without an entry.

    Raises
    ------
    AccessDenied
        When this process cannot sign.
    """
    return journal.record(Draft(kind=Kind.FORGET, key=f"forget/{order.digest}", actor=order.by, body=order.to_dict()))
