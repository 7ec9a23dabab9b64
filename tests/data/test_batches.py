import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from flaxstudio.data.batches import BatchOrder


@given(st.integers(2, 40), st.integers(1, 39), st.integers(0, 50), st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_batches_are_the_same_however_they_are_asked_for(rows: int, size: int, first: int, cuts: list[int]) -> None:
    whole = BatchOrder(5, rows, size).rows_of(first, sum(cuts))
    order, step, parts = BatchOrder(5, rows, size), first, []
    for cut in cuts:
        parts.append(order.rows_of(step, cut))
        step += cut
    assert np.array_equal(np.concatenate(parts), whole)


@given(st.integers(2, 40), st.integers(1, 39), st.integers(0, 9))
def test_every_epoch_takes_every_row_once(rows: int, size: int, seed: int) -> None:
    size = min(size, rows)
    stream = BatchOrder(seed, rows, size).rows_of(0, 3 * rows).ravel()
    for epoch in range(3 * size):
        assert sorted(stream[epoch * rows : (epoch + 1) * rows]) == list(range(rows))


def test_epochs_and_seeds_differ() -> None:
    order = BatchOrder(0, 50, 50 - 1)
    stream = order.rows_of(0, 50).ravel()
    assert not np.array_equal(stream[:50], stream[50:100])
    assert not np.array_equal(BatchOrder(1, 50, 49).rows_of(0, 1), BatchOrder(0, 50, 49).rows_of(0, 1))


def test_without_a_batch_size_a_step_takes_all_rows() -> None:
    assert all(BatchOrder(0, 20, size).is_whole for size in (None, 20, 21))
    assert not BatchOrder(0, 20, 19).is_whole
    assert BatchOrder(0, 20, None).steps_per_epoch == 1
    assert BatchOrder(0, 20, 8).steps_per_epoch == 2.5
