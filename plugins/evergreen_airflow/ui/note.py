"""The note on a run: what its report says, short enough for Airflow's database."""

MOST = 1_000
"""Airflow's limit for a note, in characters."""


def note_of(text: str) -> str:
    r"""``text``, cut at the end of a line where it is too long.

    >>> note_of("**PASS**")
    '**PASS**'
    >>> len(note_of("a line of a report\n" * 100)) <= MOST
    True
    """
    if len(text) <= MOST:
        return text
    rest = "\n\n… the whole report is linked from the task `report`."
    room = text[: MOST - len(rest)]
    return (room.rsplit("\n", 1)[0] if "\n" in room else room) + rest
