"""The rule ``custom``: a function of the model folder decides.

The function gets ``numbers`` (see `evergreen.gates.numbers`) and the arguments of the spec, all by name; it returns
whether the candidate passes, and a sentence::

    def enough_destinations(*, numbers: dict, at_least: int) -> tuple[bool, str]:
        found = sum(s["name"].startswith("dest") for s in numbers["slices"])
        return found >= at_least, f"{found} destinations are large enough to be judged."

It sees no store and no key. What it raises, or returns instead of that pair, is a FAIL that says so.
"""

from collections.abc import Callable
from typing import Any

from evergreen.core.errors import InputError
from evergreen.gates.numbers import numbers
from evergreen.gates.outcome import Outcomes, outcome
from evergreen.records.evidence import Evidence
from evergreen.spec.circumstances import Custom

SENTENCE_LIMIT = 500

Ask = Callable[[Custom, dict[str, Any]], object]
"""Calls a function of the model folder with numbers, and gives what it returned.

Raises ``InputError``, which says where and why, when the function cannot be called or raises.
"""


def custom(policy: Custom, evidence: Evidence, ask: Ask) -> Outcomes:
    """What the model folder's own function says."""
    try:
        answer = ask(policy, numbers(evidence))
    except InputError as error:
        return (
            outcome(
                policy,
                False,
                f"{policy.function} could not judge: {str(error)[:SENTENCE_LIMIT]}",
                about=policy.function,
            ),
        )
    match answer:
        case (bool() as passed, str() as sentence) | [bool() as passed, str() as sentence]:
            return (outcome(policy, passed, f"{policy.function}: {sentence[:SENTENCE_LIMIT]}", about=policy.function),)
    sentence = f"{policy.function} returned {type(answer).__name__}; it must return whether it passes, and a sentence."
    return (outcome(policy, False, sentence, about=policy.function),)
