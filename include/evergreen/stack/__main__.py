"""``python -m evergreen.stack``."""

from evergreen.stack.commands import app

app(prog_name="evergreen stack")
