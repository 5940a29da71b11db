"""Answer: what Airflow's record of a question says of who has answered it, and what it does not prove."""

from collections.abc import Mapping
from datetime import datetime

from evergreen.core.errors import Refused
from evergreen.records.answer import Answer

YES, NO = "Approve", "Reject"


def given(no: str, answer: Answer | None) -> tuple[Answer, datetime]:
    """The answer, and when it was given.

    Parameters
    ----------
    no
        The beginning of a sentence that refuses.

    Raises
    ------
    Refused
        When nobody has answered, and for a yes without an author: silence is a no.
    """
    if answer is None or answer.answered_at is None or answer.chosen is None:
        raise Refused(f"{no}: nobody has answered on Airflow's page. A task that is marked as done is no answer.")
    if answer.person_id is None and answer.chosen == YES:
        raise Refused(f"{no}: the yes on Airflow's page has no author.")
    return answer, answer.answered_at


def author(answer: Answer, ids: Mapping[str, str]) -> str | None:
    """The name of who answered, of those whose ids at the login are known; None for the clock, and for anybody else.

    >>> from datetime import UTC
    >>> noon = datetime(2013, 3, 1, 12, tzinfo=UTC)
    >>> answer = Answer(
    ...     model="late", dag_id="d", run_id="r", task_id="t", asked_at=noon, assigned=("7",), chosen=NO, reason="",
    ...     person_id="7", person="Ada L.", answered_at=noon,
    ... )
    >>> author(answer, {"ada": "7", "bob": "8"})
    'ada'
    """
    if answer.person_id is None:
        return None
    return next((name for name, known in ids.items() if known == answer.person_id), None)
