import math

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from flaxstudio.project import statistics
from flaxstudio.project.statistics import measure


@given(arrays(np.float32, array_shapes(max_dims=3, max_side=8), elements=st.floats(-1e6, 1e6, width=32)))
def test_statistics_are_those_of_numpy(array: np.ndarray) -> None:
    found = measure(array)
    exact = array.astype(np.float64)
    assert found.mean == pytest.approx(exact.mean(), rel=1e-9, abs=1e-9)
    assert found.deviation == pytest.approx(exact.std(), rel=1e-6, abs=1e-6)
    assert (found.minimum, found.maximum) == (exact.min(), exact.max())
    assert found.zeros == pytest.approx((exact == 0).mean())
    assert found.not_finite == 0
    assert found.heights.sum() == array.size
    assert len(found.edges) == len(found.heights) + 1


def test_a_large_array_is_measured_in_parts_as_if_it_were_one(monkeypatch: pytest.MonkeyPatch) -> None:
    array = np.random.default_rng(0).normal(size=1000).astype(np.float32)
    whole = measure(array)
    monkeypatch.setattr(statistics, "_CHUNK", 7)
    parts = measure(array)
    assert parts.mean == pytest.approx(whole.mean)
    assert parts.deviation == pytest.approx(whole.deviation)
    assert parts.heights.tolist() == whole.heights.tolist()


def test_values_that_are_not_finite_are_counted_and_left_out() -> None:
    found = measure(np.array([1.0, np.nan, 3.0, np.inf, -np.inf]))
    assert (found.count, found.not_finite, found.mean, found.maximum) == (5, 3, 2.0, 3.0)
    nothing = measure(np.array([np.nan]))
    assert math.isnan(nothing.mean)
    assert nothing.heights.size == 0


@pytest.mark.parametrize("array", [np.zeros((3, 3)), np.full(4, 7.5), np.array(5.0), np.array([-1.7e308, 1.7e308])])
def test_every_value_lies_in_a_bin(array: np.ndarray) -> None:
    found = measure(array)
    assert found.heights.sum() == array.size
    assert np.all(np.diff(found.edges) > 0)


def test_few_whole_numbers_get_a_bin_each() -> None:
    found = measure(np.array([0, 1, 1, 3], np.int32))
    assert found.heights.tolist() == [1, 2, 0, 1]
    assert measure(np.array([True, False])).heights.tolist() == [1, 1]


def test_bfloat16_and_empty_arrays_are_measured() -> None:
    assert measure(np.ones(3, ml_dtypes.bfloat16)).mean == 1.0
    assert measure(np.zeros((0, 3))).count == 0
