"""``evergreen <command>``: every step of the platform from a shell, without Airflow.

Exit codes: 0 done; 2 wrong usage; 3 bad input; 4 refused, by a verdict or by the journal; 5 a store does not answer;
6 a store says no;
7 a version is not reproduced.
"""

import sys
from contextlib import suppress

from rich.console import Console

from evergreen.cli.app import app
from evergreen.core.errors import EvergreenError, InputError, OutageError, Refused, RunError
from evergreen.core.settings import read_also
from evergreen.stack.state import locate

EXIT_CODES: tuple[tuple[type[EvergreenError], int], ...] = (
    (InputError, 3),
    (Refused, 4),
    (OutageError, 5),
    (EvergreenError, 6),
)


def main() -> None:
    """Run the command line; errors that Evergreen raises on purpose become one line and an exit code."""
    with suppress(RunError):  # outside a project there is no local stack to find
        read_also(locate().env)
    try:
        app()
    except EvergreenError as error:
        Console(stderr=True, soft_wrap=True).print(
            f"{type(error).__name__}: {error}", style="red", highlight=False, markup=False
        )
        sys.exit(next(code for kind, code in EXIT_CODES if isinstance(error, kind)))
