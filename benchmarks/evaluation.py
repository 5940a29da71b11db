"""Intervals of two models' metrics on the same rows: Evergreen's and a plain loop over scikit-learn's functions.

    python benchmarks/evaluation.py [--rows 100000 1000000] [--loop 50] [--json]

Ours: the paired AUC difference by DeLong's closed form, and 1,000 Poisson resamples of every other metric of a binary task, for
both models. The loop draws rows with replacement and calls scikit-learn for each metric and model; it runs for 50 resamples
and is scaled up to 1,000. Rows are independent, which is the most work: a bootstrap over days sums the rows of a day once.
Both must agree within Monte Carlo error.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics as library

from evergreen.measures.metrics import BUILDERS
from evergreen.stats import delong
from evergreen.stats.bootstrap import RESAMPLES, replicates
from evergreen.stats.calibration import BINS, bins
from evergreen.stats.intervals import percentile, quantile

Floats = NDArray[np.float64]
OTHERS = ("average_precision", "brier", "log_loss", "accuracy", "ece")
FARTHEST = 4.5
"""Standard errors; one of 20 numbers lies further out by chance once in 7,000 runs."""


def data(rows: int) -> tuple[NDArray[np.int8], list[Floats]]:
    """Labels, and two models' probabilities, in steps of 0.0001: there are ties."""
    random = np.random.default_rng(0)
    labels = (random.random(rows) < 0.2).astype(np.int8)
    signal = random.normal(size=rows) + 1.0 * labels
    noisy = 0.8 * signal + 0.6 * random.normal(size=rows)
    return labels, [(1 / (1 + np.exp(1.6 - s))).round(4) for s in (signal, noisy)]


def ece(labels: NDArray[np.int8], scores: Floats, of_row: NDArray[np.intp]) -> float:
    """The expected calibration error in given bins, as one would write it."""
    gaps = np.bincount(of_row, weights=scores - labels, minlength=BINS)
    return float(np.abs(gaps).sum() / len(labels))


def loop(labels: NDArray[np.int8], scores: list[Floats], resamples: int) -> dict[str, Any]:
    """Differences of each metric in each resample, and CPU seconds of the AUC and of the other metrics."""
    random, count = np.random.default_rng(1), len(labels)
    functions: dict[str, Callable[..., float]] = {
        "average_precision": library.average_precision_score,
        "brier": library.brier_score_loss,
        "log_loss": library.log_loss,
        "accuracy": lambda y, s: library.accuracy_score(y, s >= 0.5),
    }
    of_rows = [bins(s) for s in scores]
    drawn: dict[str, list[float]] = {name: [] for name in ("roc_auc", *OTHERS)}
    seconds = {"auc": 0.0, "others": 0.0}
    for _ in range(resamples):
        begun = time.process_time()
        rows = random.integers(0, count, count)
        y, (a, b) = labels[rows], (s[rows] for s in scores)
        drawn["roc_auc"].append(library.roc_auc_score(y, a) - library.roc_auc_score(y, b))
        between = time.process_time()
        for name, function in functions.items():
            drawn[name].append(function(y, a) - function(y, b))
        drawn["ece"].append(ece(y, a, of_rows[0][rows]) - ece(y, b, of_rows[1][rows]))
        seconds["auc"] += between - begun
        seconds["others"] += time.process_time() - between
    return {"drawn": {name: np.array(values) for name, values in drawn.items()}, "seconds": seconds}


def ours(labels: NDArray[np.int8], scores: list[Floats]) -> dict[str, Any]:
    """The same by Evergreen; the AUC's difference with its standard error."""
    units, count = np.arange(len(labels)), len(labels)
    begun = time.process_time()
    value, low, high = delong.auc_difference(labels, *scores)
    between = time.process_time()
    statistics = [BUILDERS["binary"][name](labels, s, units) for name in OTHERS for s in scores]
    values = replicates(statistics, count, seed=1)
    drawn = {name: values[:, 2 * i] - values[:, 2 * i + 1] for i, name in enumerate(OTHERS)}
    for name in OTHERS:
        percentile(float(drawn[name].mean()), drawn[name], count)
    seconds = {"auc": between - begun, "others": time.process_time() - between}
    return {"auc": (value, (high - low) / 2 / quantile(count)), "drawn": drawn, "seconds": seconds}


def agree(mine: dict[str, Any], theirs: dict[str, Any]) -> dict[str, float]:
    """How many Monte Carlo errors apart the two are, at most, per metric; raises ``AssertionError`` beyond `FARTHEST`."""
    apart: dict[str, float] = {}
    for name, other in theirs["drawn"].items():
        if name == "roc_auc":
            (mean, error), precision = mine["auc"], 0.0
        else:
            mean, error = mine["drawn"][name].mean(), mine["drawn"][name].std(ddof=1)
            precision = 1 / RESAMPLES
        few = 1 / len(other) + precision
        shift = abs(other.mean() - mean) / (error * np.sqrt(few))
        width = abs(np.log(other.std(ddof=1) / error)) / np.sqrt(few / 2)
        apart[name] = float(max(shift, width))
        if apart[name] > FARTHEST:
            raise AssertionError(f"{name}: {apart[name]:.1f} Monte Carlo errors apart")
    return apart


def compare(rows: int, resamples: int) -> dict[str, Any]:
    """Both sides in this process, one after the other."""
    labels, scores = data(rows)
    mine, theirs = ours(labels, scores), loop(labels, scores, resamples)
    scaled = {part: seconds * RESAMPLES / resamples for part, seconds in theirs["seconds"].items()}
    return {
        "rows": rows,
        "resamples": RESAMPLES,
        "loop_cpu_s": scaled,
        "evergreen_cpu_s": mine["seconds"],
        "ratio": {part: scaled[part] / mine["seconds"][part] for part in scaled}
        | {"both": sum(scaled.values()) / sum(mine["seconds"].values())},
        "apart": agree(mine, theirs),
    }


def main() -> int:
    """Print a table, or JSON."""
    parser = argparse.ArgumentParser(description="What intervals cost, against a loop over scikit-learn.")
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--loop", type=int, default=50, help="resamples of the loop, scaled up to 1,000")
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    asked = parser.parse_args()
    begun = time.process_time()
    ours(*data(1_000))
    compiling = time.process_time() - begun
    found = [compare(rows, asked.loop) for rows in asked.rows]
    if asked.json:
        print(json.dumps({"compiling_cpu_s": compiling, "sizes": found}))
        return 0
    print(f"Import and compilation, once or from the cache: {compiling:.1f} CPU s")
    print(f"{'rows':>10}  {'':<22}{'loop CPU s':>12}{'ours CPU s':>12}{'ratio':>8}")
    for size in found:
        for part, words in (("auc", "paired AUC interval"), ("others", f"{len(OTHERS)} other metrics")):
            print(
                f"{size['rows']:>10,}  {words:<22}{size['loop_cpu_s'][part]:>12.1f}"
                f"{size['evergreen_cpu_s'][part]:>12.2f}{size['ratio'][part]:>8.0f}"
            )
        print(f"{'':>12}{'together':<22}{'':>24}{size['ratio']['both']:>8.0f}")
        print(f"{'':>12}at most {max(size['apart'].values()):.1f} Monte Carlo errors apart")
    return 0


if __name__ == "__main__":
    sys.exit(main())
