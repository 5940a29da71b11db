import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration
CONFIG = Path(__file__).resolve().parents[3] / "config"

# What a task does, in a child that was forked after the preload: each library uses its own threads, where it has any.
PROGRAM = """
import os, sys, tempfile
import airflow_local_settings
preloaded = set(sys.modules)

def work():
    import duckdb, numpy, pyarrow, pyarrow.parquet, scipy.stats, skops.io
    from sklearn.ensemble import HistGradientBoostingClassifier
    draw = numpy.random.default_rng(0)
    x = draw.normal(size=(20_000, 5))
    y = (x[:, 0] > 0).astype(int)
    model = HistGradientBoostingClassifier(max_iter=5).fit(x, y)
    skops.io.dumps(model)
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        pyarrow.parquet.write_table(pyarrow.table({"x": x[:, 0], "y": y}), file.name)
        found = duckdb.sql(f"select count(*), sum(y) from read_parquet('{file.name}')").fetchall()
        assert found == [(20_000, y.sum())], found
        assert pyarrow.parquet.read_table(file.name).num_rows == 20_000
    assert (x @ x.T[:, :1000]).shape == (20_000, 1000)
    scipy.stats.ks_2samp(x[:1000, 0], x[1000:2000, 0])

def fork():
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:
            print(error, file=sys.stderr)
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

# Twice, nested: the executor forks a worker, the worker forks a task.
worker = os.fork()
if worker == 0:
    os._exit(fork() or fork())
assert os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]) == 0
print(*sorted(preloaded & {"mlflow", "great_expectations", "sklearn", "duckdb", "evergreen", "evergreen_airflow", "onnxruntime"}))
print("EVERGREEN_PRELOAD" in os.environ)
"""


def run(**variables: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": str(CONFIG), **variables}
    environ.pop("PYTHONWARNINGS", None)
    command = [sys.executable, "-c", PROGRAM]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=240, check=False)


def test_forked_tasks_work_with_what_was_preloaded() -> None:
    result = run(EVERGREEN_PRELOAD="1")
    assert result.returncode == 0, result.stderr
    preloaded, still_set = result.stdout.splitlines()[-2:]
    assert preloaded.split() == ["duckdb", "great_expectations", "mlflow", "sklearn"]
    assert still_set == "False"


def test_without_the_switch_nothing_is_loaded() -> None:
    result = run()
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-2:] == ["", "False"]
