"""Names of DAGs."""

import re

from evergreen.core.digest import sha256

_FOREIGN = re.compile(r"[^A-Za-z0-9_.\-]")


def dag_id_of(kind: str, folder: str) -> str:
    """The DAG id of a folder; letters that Airflow does not take are replaced, and a digest keeps such names apart.

    >>> dag_id_of("retrain", "flight_delays")
    'retrain__flight_delays'
    >>> dag_id_of("retrain", "my model")
    'retrain__my_model_76eeb051'
    """
    plain = _FOREIGN.sub("_", folder)[:200]
    return f"{kind}__{plain}" if plain == folder else f"{kind}__{plain}_{sha256(folder.encode())[:8]}"
