"""Predictions that were logged in more than one file: where they stand again."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
from numpy.typing import NDArray

from evergreen.core.errors import DataError
from evergreen.core.settings import settings

Masks = tuple[NDArray[np.bool_] | None, ...]

AGAIN = """
WITH ids AS (
    SELECT prediction_id, list_position($paths, filename) - 1 AS file, file_row_number AS place
    FROM read_parquet($paths, filename = true, file_row_number = true)
), twice AS (SELECT prediction_id FROM ids GROUP BY prediction_id HAVING count(*) > 1)
SELECT file, place FROM ids SEMI JOIN twice USING (prediction_id)
QUALIFY row_number() OVER (PARTITION BY prediction_id ORDER BY file, place) > 1
"""


def first_written(paths: Sequence[Path], rows: Sequence[int]) -> Masks:
    """For each file a mask of the rows to keep, the first one of each prediction id; None where all rows are.

    Ids are compared within what DuckDB may hold; beyond that it spills to disk.

    Parameters
    ----------
    paths
        Parquet files, the one that was written first ahead.
    rows
        How many each of them has.
    """
    masks: list[NDArray[np.bool_] | None] = [None] * len(paths)
    again = _again(paths)
    for file in np.unique(again["file"]):
        mask = np.ones(rows[file], dtype=np.bool_)
        mask[again["place"][again["file"] == file]] = False
        masks[file] = mask
    return tuple(masks)


def _again(paths: Sequence[Path]) -> dict[str, NDArray[np.int64]]:
    work = settings().work_dir
    work.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=work, prefix="duplicates-") as spill:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": settings().memory_limit,
            "threads": settings().threads,
            "temp_directory": spill,
        }
        with duckdb.connect(config=config) as connection:
            try:
                found = connection.execute(AGAIN, {"paths": [str(path) for path in paths]}).fetchnumpy()
            except duckdb.Error as error:
                raise DataError(
                    f"The ids of {len(paths)} files of a log cannot be compared: {str(error)[:300]}"
                ) from None
    return {name: np.asarray(values) for name, values in found.items()}
