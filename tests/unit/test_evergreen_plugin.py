"""The file that Airflow loads as a plugin."""

import os
import subprocess
import sys
from pathlib import Path

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"

REGISTERED = """
import runpy, sys
import airflow.plugins_manager
before = set(sys.modules)
plugin = runpy.run_path(sys.argv[1] + "/evergreen_plugin.py")["EvergreenPlugin"]
print(plugin.name, [app["url_prefix"] for app in plugin.fastapi_apps], [t.__name__ for t in plugin.timetables])
heavy = {"boto3", "duckdb", "fastapi", "great_expectations", "mlflow", "pandas", "pyarrow", "scipy", "sklearn"}
print(sorted({name.partition(".")[0] for name in set(sys.modules) - before} & heavy))
"""

FOUND = """
import sys
from airflow._shared.module_loading import find_path_from_directory
paths = find_path_from_directory(sys.argv[1], ".airflowignore", "glob")
print([path.rpartition("/")[2] for path in paths if path.endswith(".py")])
"""


def _airflow(code: str, home: Path) -> list[str]:
    """What this code prints in a fresh process with Airflow."""
    command = [sys.executable, "-W", "ignore", "-c", code, str(PLUGINS)]
    done = subprocess.run(
        command, env=os.environ | {"AIRFLOW_HOME": str(home)}, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_it_registers_everything_and_imports_nothing_heavy(tmp_path: Path) -> None:
    said = _airflow(REGISTERED, tmp_path)
    assert said[-2:] == [
        "evergreen ['/evergreen', '/evergreen-hooks', '/evergreen-metrics'] ['BoundedCronTimetable']",
        "[]",
    ]


def test_airflow_runs_this_file_alone(tmp_path: Path) -> None:
    """Airflow would run every other file below ``plugins/`` as a module of its own."""
    assert _airflow(FOUND, tmp_path)[-1] == "['evergreen_plugin.py']"
