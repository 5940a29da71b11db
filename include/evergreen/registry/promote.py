"""Promote: a released version becomes champion, if the journal allows it."""

from evergreen.journal.decisions import record_promotion
from evergreen.journal.entry import Entry
from evergreen.journal.journal import Journal
from evergreen.records.promotion import Promotion


def promote(journal: Journal, promotion: Promotion) -> Entry:
    """Write the promotion into the journal; a promotion that is there already is answered with its entry.

    Raises
    ------
    Refused
        When the champion is no longer the one that the verdict was reached against (the message says who is), or the
        verdict, the approval or the release of the package are missing.
    """
    return record_promotion(journal, promotion)
