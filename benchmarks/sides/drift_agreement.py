"""What a peer of ``benchmarks/drift_agreement.py`` says of two windows: ``python sides/drift_agreement.py PEER FOLDER``.

It runs in an environment without Evergreen, on ``reference.parquet`` and ``current.parquet``, and prints JSON: by column the
statistics, and for evidently's PSI the bins.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

LEVEL = 0.05


def evidently(before: pd.DataFrame, now: pd.DataFrame) -> dict[str, Any]:
    """PSI on the bins that it chooses, and p-values of KS and chi-squared."""
    tests = "evidently.legacy.calculations.stattests"
    kinds = importlib.import_module("evidently.legacy.core").ColumnType
    found: dict[str, Any] = {}
    for name in before.columns.astype(str):
        numeric = before[name].dtype.kind == "f"
        kind = kinds.Numerical if numeric else kinds.Categorical
        psi = importlib.import_module(f"{tests}.psi").psi_stat_test(before[name], now[name], kind, 0.1).drift_score
        both = pd.concat([before[name], now[name]])
        edges = np.histogram_bin_edges(both.to_numpy(), bins="sturges").tolist() if numeric else []
        found[name] = {"psi": float(psi), "edges": edges}
        if numeric:
            ks = importlib.import_module(f"{tests}.ks_stattest").ks_stat_test
            found[name]["ks_drift"] = bool(ks(before[name], now[name], kind, LEVEL).drifted)
    return found


def alibi_detect(before: pd.DataFrame, now: pd.DataFrame) -> dict[str, Any]:
    """Chi-squared and KS, each column by itself."""
    library = importlib.import_module("alibi_detect.cd")
    found: dict[str, Any] = {}
    for name in before.columns.astype(str):
        if before[name].dtype.kind == "f":
            detector = library.KSDrift(before[[name]].to_numpy(), p_val=LEVEL)
            said = detector.predict(now[[name]].to_numpy(), drift_type="feature")["data"]
            found[name] = {"ks": float(said["distance"][0]), "ks_drift": bool(said["is_drift"][0])}
        else:
            codes = {value: code for code, value in enumerate(sorted({*before[name], *now[name]}))}
            sides = [frame[[name]].replace({name: codes}).to_numpy() for frame in (before, now)]
            said = library.ChiSquareDrift(sides[0], p_val=LEVEL).predict(sides[1], drift_type="feature")["data"]
            found[name] = {"chi_squared": float(said["distance"][0])}
    return found


def nannyml(before: pd.DataFrame, now: pd.DataFrame) -> dict[str, Any]:
    """Chi-squared and KS of one chunk, with its alert: it knows no p-value of KS, so the critical value is its threshold."""
    categorical = [name for name in before.columns.astype(str) if before[name].dtype.kind != "f"]
    library = importlib.import_module("nannyml")
    critical = float(stats.kstwo.isf(LEVEL, round(len(before) * len(now) / (len(before) + len(now)))))
    calculator = library.UnivariateDriftCalculator(
        column_names=list(before),
        treat_as_categorical=categorical,
        continuous_methods=["kolmogorov_smirnov"],
        categorical_methods=["chi2"],
        chunk_number=1,
        thresholds={"kolmogorov_smirnov": library.thresholds.ConstantThreshold(upper=critical)},
    )
    table = calculator.fit(before).calculate(now).filter(period="analysis").to_df()
    found: dict[str, Any] = {}
    for name in before.columns.astype(str):
        method = "chi2" if name in categorical else "kolmogorov_smirnov"
        value = float(table[name, method, "value"].iloc[0])
        alert = bool(table[name, method, "alert"].iloc[0])
        found[name] = {"chi_squared": value} if name in categorical else {"ks": value, "ks_drift": alert}
    return found


def main() -> int:
    """Print what the peer says."""
    peer, folder = sys.argv[1], Path(sys.argv[2])
    before, now = (pd.read_parquet(folder / f"{window}.parquet") for window in ("reference", "current"))
    sides = {side.__name__: side for side in (evidently, alibi_detect, nannyml)}
    print(json.dumps(sides[peer](before, now)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
