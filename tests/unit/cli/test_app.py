"""The tree of commands: every one has help, none needs a server to say so."""

import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from evergreen import cli
from evergreen.cli.app import app
from evergreen.core.errors import AccessDenied, EvergreenError, InputError, NotFound, OutageError, Refused, RunError

STEPS = ["snapshot", "validate", "split", "train", "register", "package", "evaluate", "gate", "refit", "report"]
RELEASE = ["approve", "confirm", "delegate", "release", "promote", "reconcile"]
GOVERNANCE = ["freeze", "lift", "rollback", "govern", "versions"]
ALERTS = ["alerts", "mute", "unmute"]
OTHERS = [
    "retrain",
    "request",
    "landed",
    "models",
    "propose",
    "schema",
    "demo",
    "replay",
    "score",
    "labels",
    "journal",
    "store",
    "stack",
]


@pytest.mark.parametrize("command", [*STEPS, *RELEASE, *GOVERNANCE, *ALERTS, *OTHERS])
def test_every_command_has_help(command: str) -> None:
    said = CliRunner().invoke(app, [command, "--help"])
    assert said.exit_code == 0
    group = typer.main.get_command(app)
    assert group.commands[command].help  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError, 3),
        (RunError, 3),
        (Refused, 4),
        (OutageError, 5),
        (NotFound, 6),
        (AccessDenied, 6),
        (EvergreenError, 6),
    ],
)
def test_each_kind_of_error_has_its_exit_code(
    error: type[EvergreenError], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise error("no [brackets] are lost")

    monkeypatch.setattr(cli, "app", broken)
    monkeypatch.setattr(cli, "read_also", lambda _: None)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == code
    assert "no [brackets] are lost" in capsys.readouterr().err


def test_the_command_line_starts_without_heavy_libraries() -> None:
    heavy = "mlflow", "sklearn", "pandas", "great_expectations", "duckdb", "pyarrow", "airflow"
    program = f"import sys, evergreen.cli.app; print([n for n in {heavy} if n in sys.modules])"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"
