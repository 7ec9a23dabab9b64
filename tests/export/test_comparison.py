import numpy as np

from flaxstudio.export.comparison import error_of_batches, relative_error


def test_the_error_is_relative_to_the_largest_expected_value() -> None:
    assert relative_error(np.array([100.0, 1.0]), np.array([100.0, 2.0])) == 0.01


def test_another_shape_is_infinitely_wrong_even_if_it_would_broadcast() -> None:
    assert relative_error(np.ones((2, 1)), np.ones((2, 3))) == float("inf")


def test_where_all_is_expected_to_be_zero_the_error_is_absolute() -> None:
    assert relative_error(np.full(3, 0.25), np.zeros(3)) == 0.25


def test_a_value_that_is_not_a_number_is_never_within_tolerance() -> None:
    assert not relative_error(np.array([np.nan]), np.array([1.0])) <= 1e-5


def test_a_lone_value_near_zero_is_judged_beside_those_of_other_batches() -> None:
    outputs, expected = [np.array([1e-6]), np.ones(5)], [np.array([2e-6]), np.ones(5)]
    assert error_of_batches(outputs, expected) == 1e-6
    assert error_of_batches([np.ones((1, 2))], [np.ones((1, 3))]) == float("inf")
