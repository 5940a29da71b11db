"""Compiled loops: where their machine code is kept."""

from pathlib import Path

import numba
import numpy as np
import pytest
from numba.core import caching
from numpy.typing import NDArray

from evergreen.core.settings import settings
from evergreen.stats import kernels


def twice(values: kernels.Floats) -> float:
    total = 0.0
    for value in values:
        total += 2 * value
    return total


def test_machine_code_is_kept_below_the_work_folder_where_nothing_else_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError("read-only")

    for locator in (caching.InTreeCacheLocator, caching.UserWideCacheLocator):
        monkeypatch.setattr(locator, "ensure_cache_path", refused)
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setenv("EVERGREEN_WORK_DIR", str(tmp_path))
    settings.cache_clear()
    try:
        assert kernels.compiled(twice)(np.array([1.0, 2.0])) == 6
    finally:
        settings.cache_clear()
    assert list((tmp_path / "numba").rglob("*.nbi"))


def test_kernels_are_what_they_say() -> None:
    """The compiled functions against the same Python, uncompiled."""
    random = np.random.default_rng(0)
    weights = random.poisson(1, (3, 9)).astype(np.uint8)
    columns = random.normal(size=(2, 9))
    sums = np.zeros((3, 2))
    kernels.unit_sums(weights, columns, sums)
    np.testing.assert_allclose(sums, weights @ columns.T)


@pytest.mark.parametrize("count", [200_000, 7])
def test_weights_are_the_numbers_inverted(count: int) -> None:
    """SplitMix64 and the inversion by bisection, as NumPy has them, however the kernel looks weights up."""
    weights = np.empty(count, dtype=np.uint8)
    kernels.poisson(5, 40, kernels.STARTS, kernels.WEIGHTS, weights)

    def mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
        state = (state ^ (state >> np.uint64(30))) * kernels.FIRST
        state = (state ^ (state >> np.uint64(27))) * kernels.SECOND
        return state ^ (state >> np.uint64(31))

    start = mixed(np.array([5], dtype=np.uint64) + kernels.GOLDEN)
    bits = mixed(start + np.arange(40, 40 + (count + 1) // 2, dtype=np.uint64) * kernels.GOLDEN)
    numbers = np.column_stack([bits >> np.uint64(32), bits & np.uint64(0xFFFFFFFF)]).ravel()[:count]
    np.testing.assert_array_equal(weights, np.searchsorted(kernels.STARTS, numbers, side="right"))


def test_the_table_of_weights_is_sure_only_where_one_weight_is_possible() -> None:
    unsure = kernels.WEIGHTS == kernels.UNSURE
    beginning = np.unique(kernels.STARTS >> np.uint32(32 - kernels.LEADING))
    np.testing.assert_array_equal(np.flatnonzero(unsure), beginning)
