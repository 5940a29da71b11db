"""The second pass gives scipy's statistic, whatever the bins."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evergreen.monitoring.exact import ks_exact
from evergreen.monitoring.profile import profile
from evergreen.records.profile import ColumnBins, Layout

VALUES = st.lists(st.integers(0, 12).map(lambda i: i / 4), min_size=2, max_size=30)


def parquet(values: list[float], name: str) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({name: pa.array([*values, None, float("nan")])}), file, row_group_size=7)
    return file.getvalue()


@given(VALUES, VALUES, st.sets(st.integers(0, 3).map(float), max_size=3), st.integers(0, 30))
def test_it_is_scipys(a: list[float], b: list[float], cuts: set[float], dropped: int) -> None:
    column = ColumnBins(name="x", kind="numeric", edges=tuple(sorted(cuts)))
    layout = Layout(model="m", columns=(column,))
    before, now = parquet(a, "x"), parquet(b, "feature_x")
    keep = np.arange(len(b) + 2) >= min(dropped, len(b) - 2)
    found = ks_exact(
        column,
        profile(before, layout).counts["x"],
        profile(now, layout, {"feature_x": "x"}, keep).counts["x"],
        reference_parts=[(before, None)],
        current_parts=[(now, keep)],
        stored="feature_x",
    )
    kept = b[min(dropped, len(b) - 2) :]
    assert found == pytest.approx(stats.ks_2samp(a, kept, method="asymp").statistic, abs=1e-12)


def test_a_point_needs_no_second_pass() -> None:
    column = ColumnBins(name="x", kind="numeric", edges=(0.0, 5e-324))
    layout = Layout(model="m", columns=(column,))
    one, two = (profile(parquet(values, "x"), layout).counts["x"] for values in ([0.0, 0.0], [0.0, 5.0]))
    assert ks_exact(column, one, two, reference_parts=[], current_parts=[]) == 0.5
