from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flaxstudio.data.dataset import apply_preparation
from flaxstudio.data.sources import open_table
from flaxstudio.data.splits import count_rows
from flaxstudio.data.table import Table
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.config import DatasetSpec
from tests.data.one_end import one_end
from tests.data.one_end import prepare_one as prepare

ROWS = 100


def table(**more: np.ndarray) -> Table:
    rng = np.random.default_rng(3)
    numbers = {"a": rng.normal(5, 2, ROWS), "b": rng.uniform(-1, 3, ROWS), "y": rng.normal(size=ROWS)}
    labels = np.array(["red", "blue", "green", "blue"] * (ROWS // 4), dtype=object)
    return Table({**numbers, "colour": labels, **more}, "table.csv")


def spec(**more: object) -> DatasetSpec:
    return replace(DatasetSpec("table.csv", ("a", "b"), ("y",)), **more)  # type: ignore[arg-type]


def refusal(*arguments: object, **more: object) -> str:
    with pytest.raises(ProblemError) as caught:
        prepare(*arguments, **more)  # type: ignore[arg-type]
    return str(caught.value)


@given(st.floats(0, 0.45), st.floats(0, 0.45), st.integers(0, 2**32 - 1), st.booleans(), st.integers(0, 30))
def test_splits_take_every_row_once(validation: float, test: float, seed: int, is_class: bool, fixed: int) -> None:
    data = replace(table(), test_rows=fixed)
    kind = {"target_kind": "classes", "targets": ("colour",)} if is_class else {}
    chosen = spec(validation=validation, test=test, seed=seed, **kind)
    dataset = prepare(chosen, data, (2,))
    parts = (dataset.train, dataset.validation, dataset.test)
    assert sorted(np.concatenate([part.rows for part in parts])) == list(range(ROWS))
    assert tuple(map(len, parts)) == count_rows(chosen, data)
    if fixed:
        assert dataset.test.rows.tolist() == list(range(ROWS - fixed, ROWS))
    for part in parts:
        assert np.array_equal(part.rows, np.sort(part.rows))
        assert part.features.shape == (len(part), 2)


def test_the_same_seed_draws_the_same_split_and_another_seed_another() -> None:
    first, again, other = (prepare(spec(seed=seed), table(), (2,)).test.rows.tolist() for seed in (1, 1, 2))
    assert first == again != other


def test_each_split_has_its_share_of_every_class() -> None:
    dataset = prepare(spec(targets=("colour",), target_kind="classes", validation=0.2, test=0.4), table(), (2,))
    for part, share in ((dataset.train, 0.4), (dataset.validation, 0.2), (dataset.test, 0.4)):
        counts = np.bincount(part.targets, minlength=3)
        assert np.abs(counts - share * np.array([50, 25, 25])).max() <= 1


@pytest.mark.parametrize("seed", range(5))
def test_standardised_training_features_have_mean_0_and_deviation_1_and_others_do_not_count(seed: int) -> None:
    chosen = spec(scaling="standard", seed=seed)
    dataset = prepare(chosen, table(), (2,))
    assert np.allclose(dataset.train.features.mean(axis=0), 0, atol=1e-6)
    assert np.allclose(dataset.train.features.std(axis=0), 1, atol=1e-6)
    # a wild value outside the training split changes nothing in it
    wild = table()
    wild.columns["a"][dataset.test.rows[0]] = 1e9
    assert np.array_equal(prepare(chosen, wild, (2,)).train.features, dataset.train.features)


def test_range_scaling_takes_training_features_to_0_and_1() -> None:
    features = prepare(spec(scaling="range"), table(), (2,)).train.features
    assert np.allclose(features.min(axis=0), 0)
    assert np.allclose(features.max(axis=0), 1)


@pytest.mark.parametrize("scaling", ["standard", "range"])
def test_a_constant_column_becomes_zero(scaling: str) -> None:
    data = table(a=np.full(ROWS, 0.1))
    features = prepare(spec(scaling=scaling), data, (2,)).train.features
    assert np.abs(features[:, 0]).max() < 1e-7


def test_large_numbers_keep_their_differences_when_standardised() -> None:
    seconds = 1.7e9 + np.arange(ROWS, dtype=np.float64)
    features = prepare(
        spec(features=("a",), scaling="standard", test=0.0, validation=0.0), table(a=seconds), (1,)
    ).train.features
    assert len(np.unique(features)) == ROWS


def test_columns_stand_in_order_and_fill_the_inputs_shape_row_by_row() -> None:
    data = Table({**{f"p{i}": np.full(4, float(i)) for i in range(64)}, "y": np.zeros(4)})
    chosen = DatasetSpec("", tuple(f"p{i}" for i in range(64)), ("y",), validation=0.0, test=0.0)
    features = prepare(chosen, data, (8, 8, 1)).train.features
    assert features.dtype == np.float32
    assert np.array_equal(features[0], np.arange(64).reshape(8, 8, 1))


def test_arrays_and_columns_can_be_joined() -> None:
    data = table(x=np.arange(ROWS * 6, dtype=np.uint8).reshape(ROWS, 2, 3))
    chosen = spec(features=("a", "x"), scaling="range", validation=0.0, test=0.0)
    dataset = prepare(chosen, data, (7,))
    assert dataset.train.features.shape == (ROWS, 7)
    assert len(np.unique(dataset.preparation.scale[1:])) == 1  # an array has one scale for all its values


def test_classes_that_are_numbers_are_sorted_by_size() -> None:
    data = table(n=np.array([10.0, 9.0, -1.0, 2.5] * 25))
    dataset = prepare(spec(targets=("n",), target_kind="classes", test=0.0, validation=0.0), data, (2,))
    assert dataset.preparation.classes == ("-1", "2.5", "9", "10")
    assert dataset.train.targets.tolist()[:4] == [3, 2, 0, 1]
    assert dataset.train.targets.dtype == np.int32


def test_several_targets_stand_side_by_side_and_one_array_keeps_its_shape() -> None:
    data = table(z=np.zeros((ROWS, 3, 2)))
    assert prepare(spec(targets=("y", "b"), features=("a",)), data, (1,)).train.targets.shape[1:] == (2,)
    assert prepare(spec(targets=("z",)), data, (2,)).train.targets.shape[1:] == (3, 2)


def test_a_given_preparation_is_used_as_it_is() -> None:
    fitted = prepare(spec(scaling="standard"), table(), (2,)).preparation
    other = replace(table(), columns={name: column[:50] for name, column in table().columns.items()})
    again = prepare(spec(scaling="standard"), other, (2,), preparation=fitted)
    assert again.preparation is fitted
    expected = (np.stack([other.columns["a"], other.columns["b"]], axis=1) - fitted.offset) / fitted.scale
    assert np.allclose(again.train.features, expected[again.train.rows], atol=1e-6)


def test_preparing_again_with_what_was_learnt_gives_the_same_bits() -> None:
    first = prepare(spec(scaling="standard"), table(), (2,))
    again = prepare(spec(scaling="standard"), table(), (2,), preparation=first.preparation)
    assert np.array_equal(first.test.features, again.test.features)
    features = Table({"a": table().columns["a"], "b": table().columns["b"]})
    whole = apply_preparation(one_end(spec(), (2,)).entries, features, first.preparation)
    assert np.array_equal(whole[first.test.rows], first.test.features)


def test_an_unknown_class_is_refused_by_a_trained_preparation() -> None:
    chosen = spec(targets=("colour",), target_kind="classes")
    fitted = prepare(chosen, table(), (2,)).preparation
    strange = table(colour=np.array(["pink"] * ROWS, dtype=object))
    assert "“pink” in column “colour” is not one of the classes" in refusal(chosen, strange, (2,), preparation=fitted)


def test_whole_numbers_reach_an_int_input_unscaled() -> None:
    data = table(a=np.arange(ROWS), b=np.full(ROWS, 7.0))
    dataset = prepare(spec(scaling="standard", validation=0.0, test=0.0), data, (2,), dtype="int32")
    assert dataset.train.features.dtype == np.int32
    assert dataset.train.features[5].tolist() == [5, 7]
    assert "“b” is not a whole number in row 1" in refusal(spec(), table(a=np.arange(ROWS)), (2,), dtype="int32")


def test_a_gap_is_told_with_column_and_row() -> None:
    data = table()
    data.columns["b"][[6, 8]] = np.nan
    assert refusal(spec(), data, (2,)).startswith("Column “b” has no value in row 7 (2 rows lack it).")
    data.columns["b"][[6, 8]] = [np.inf, 0]
    assert refusal(spec(), data, (2,)).startswith("Column “b” is infinite in row 7.")


def test_a_text_as_a_feature_is_told_with_column_and_row() -> None:
    cells = np.array(["1"] * 11 + ["many"] * 89, dtype=object)
    assert refusal(spec(), table(a=cells), (2,)).startswith("Column “a” holds text: “many” in row 12.")


def test_features_that_do_not_fill_the_input_are_told_with_the_shape_to_set() -> None:
    told = refusal(spec(), table(), (8, 8, 1))
    assert told.startswith("The features for input_1 give 2 numbers a sample, and its shape is (8, 8, 1).")
    assert "Set its shape to 2" in told


def test_a_missing_column_is_told_by_name() -> None:
    assert refusal(spec(features=("a", "c")), table(), (2,)).startswith("table.csv has no column “c”.")


def test_numbers_beyond_float32_are_told_not_trained_on() -> None:
    assert "too large for float32" in refusal(spec(), table(a=np.full(ROWS, 1e300)), (2,))
    assert "too large for float32" in refusal(spec(), table(y=np.full(ROWS, 1e300)), (2,))


def test_shares_that_leave_nothing_to_train_on_are_refused() -> None:
    small = Table({"a": np.ones(1), "b": np.ones(1), "y": np.ones(1)})
    assert "No rows are left to train on" in refusal(spec(test=0.6, validation=0.0), small, (2,))


def test_the_reference_follows_the_chosen_targets() -> None:
    data = open_table("sample:linear")
    chosen = DatasetSpec("sample:linear", tuple(f"x{i}" for i in range(10)), ("y3", "y1"), validation=0.0, test=0.0)
    reference = prepare(chosen, data, (10,)).reference
    assert reference is not None
    assert np.array_equal(reference, np.stack([data.reference["y3"], data.reference["y1"]], axis=1))
    assert prepare(replace(chosen, targets=("x9",), features=tuple(f"x{i}" for i in range(9))), data, (9,)).reference is None
